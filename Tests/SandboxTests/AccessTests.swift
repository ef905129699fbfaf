import FHIR
import FHIRClient
import PDexTesting
import Serving
import Testing

@testable import Sandbox

@Suite("Access to resources")
struct AccessTests {
    @Test(
        "needs a token", arguments: ["GET /fhir/r4/Patient", "GET /fhir/r4/Patient/pat-000001", "GET /fhir/r4/$export"])
    func needsToken(line: String) throws {
        let world = try TestSandbox { $0.members = 1 }
        let parts = line.split(separator: " ").map(String.init)

        let answer = world.sandbox.clinic.answer(ServedRequest(parts[0], parts[1]))

        #expect(answer.status == 401)
        #expect(answer.headers["WWW-Authenticate"] == "Bearer")
    }

    @Test("ends when the token expires, when it is revoked, and never begins with an invented one")
    func tokenEnds() async throws {
        let world = try TestSandbox { $0.members = 1 }
        let token = try await world.clinic.token("system/*.rs")
        let revoked = try await world.payer.token("system/*.rs")
        #expect(world.clinic.send("GET", "/fhir/r4/Patient", token: token).status == 200)

        world.sandbox.revokeTokens()
        let late = try await world.clinic.token("system/*.rs")
        world.clock.advance(seconds: 300)

        #expect(world.clinic.send("GET", "/fhir/r4/Patient", token: token).status == 401)
        #expect(world.clinic.send("GET", "/fhir/r4/Patient", token: late).status == 401)
        #expect(world.payer.send("GET", "/fhir/r4/Patient", token: revoked).status == 401)
        #expect(world.clinic.send("GET", "/fhir/r4/Patient", token: "invented").status == 401)
        #expect(world.payer.send("GET", "/fhir/r4/Patient", token: late).status == 401)
    }

    @Test("lasts as long as the token says", arguments: [(5, 4, 200), (5, 5, 401)])
    func lifetime(lifetime: Int, after: Double, status: Int) async throws {
        let world = try TestSandbox {
            $0.members = 1
            $0.tokenLifetime = lifetime
        }
        let token = try await world.clinic.token("system/*.rs")

        world.clock.advance(seconds: after)

        #expect(world.clinic.send("GET", "/fhir/r4/Patient", token: token).status == status)
    }

    @Test(
        "is limited to the type and the interaction of the scope",
        arguments: [
            ("system/Patient.r", "/fhir/r4/Patient/pat-000001", 200), ("system/Patient.r", "/fhir/r4/Patient", 403),
            ("system/Patient.s", "/fhir/r4/Patient/pat-000001", 403), ("system/Patient.s", "/fhir/r4/Patient", 200),
            ("system/Patient.read", "/fhir/r4/Patient", 200), ("system/Patient.read", "/fhir/r4/Encounter", 403),
            ("system/*.read", "/fhir/r4/Encounter", 200),
        ])
    func limited(scope: String, target: String, status: Int) async throws {
        let world = try TestSandbox { $0.members = 1 }
        let token = try await world.clinic.token(scope)

        let answer = world.clinic.send("GET", target, token: token)

        #expect(answer.status == status)
        #expect((answer.headers["WWW-Authenticate"]?.contains("insufficient_scope") == true) == (status == 403))
    }

    @Test("grants what is asked and allowed, in the form in which it was asked")
    func intersects() async throws {
        let world = try TestSandbox {
            $0.members = 1
            $0.clinicScopes = "system/Patient.rs system/Encounter.r system/Observation.cruds"
        }
        let asked =
            "system/Patient.cruds system/Encounter.rs system/Observation.read system/Observation.* launch"
        let fields = world.clinic.fields(try await world.clinic.assertion().signed(), scope: asked)

        let answer = world.clinic.requestToken(fields)

        #expect(
            answer.json?["scope"]
                == "system/Patient.rs system/Encounter.r system/Observation.read system/Observation.*")
    }

    @Test("of a transaction is checked for every entry")
    func checksEntries() async throws {
        let world = try TestSandbox()
        let patient: JSONValue = ["resourceType": "Patient", "id": "x"]
        let bundle = TestBundle.transaction([TestBundle.put(patient)])

        let reader = world.payer.send(
            "POST", "/fhir/r4", token: try await world.payer.token("system/*.rs"), body: bundle)
        let creator = world.payer.send(
            "POST", "/fhir/r4", token: try await world.payer.token("system/Patient.c"), body: bundle)
        let updater = world.payer.send(
            "POST", "/fhir/r4", token: try await world.payer.token("system/Patient.u"), body: bundle)

        #expect([reader.status, creator.status, updater.status] == [403, 403, 200])
    }
}
