import FHIR
import FHIRClient
import PDex
import PDexTesting
import Serving
import Testing

@testable import Sandbox

@Suite("Who somebody is")
struct MemberMatchTests {
    @Test("is answered with an identifier of type UMB and the Patient, or of type MB alone, by the shape")
    func shapes() async throws {
        let (unique, number) = (try await answer(.uniqueMember), try await answer(.memberNumber, consent: true))
        #expect([unique.status, number.status] == [200, 200])
        let parts = [unique, number].map { $0.json?["parameter"]?.elements ?? [] }
        #expect(parts[0].map { $0["name"]?.string } == ["MemberIdentifier", "MemberId"])
        #expect(parts[1].map { $0["name"]?.string } == ["MemberIdentifier"])
        #expect(
            parts.map { $0[0]["valueIdentifier"].flatMap(Identifier.init)?.typeCodes.first?.code } == ["UMB", "MB"])
        let patient = parts[0][1]["valueReference"]?["reference"]?.string
        #expect(patient?.hasSuffix("/fhir/r4/Patient/" + SpecialMember.joeSmith.payerPatientID) == true)
    }

    @Test(
        "is refused with 422 for nobody, several, and a consent that does not permit it",
        arguments: [
            ("another name", "not-found"), ("another number", "not-found"), ("another birth date", "not-found"),
            ("a subscriber with a namesake", "multiple-matches"), ("an old consent", "business-rule"),
        ])
    func refused(flaw: String, code: String) async throws {
        let answer = try await answer(.uniqueMember, consent: flaw == "an old consent", flaw: flaw)
        #expect(answer.status == 422)
        #expect(answer.issue == code)
    }

    @Test(
        "is not answered without a token, in another form, or without the Consent that the shape demands",
        arguments: [("no token", 401), ("no JSON", 400), ("open slicing", 400), ("no consent", 400)])
    func malformed(flaw: String, status: Int) async throws {
        let world = try TestSandbox { $0.memberMatch = .memberNumber }
        let token = flaw == "no token" ? "" : try await world.payer.token("system/*.rs")
        var question = try Self.question(world).parameters.object ?? JSONObject()
        if flaw == "open slicing" {
            question["parameter"] = .array((question["parameter"]?.elements ?? []) + [["name": "Extra"]])
        }
        let body = flaw == "no JSON" ? Array("<x/>".utf8) : JSONValue.object(question).serialized()
        #expect(
            world.payer.send("POST", "/fhir/r4/Patient/$member-match", token: token, bytes: body).status == status)
    }

    @Test("cards are at the clinic only when they were asked for")
    func cards() throws {
        let (without, with) = (try TestSandbox(), try TestSandbox { $0.hasCards = true })
        #expect(without.sandbox.clinicCounts()["Coverage"] == nil)
        let cards = with.sandbox.clinicCounts()
        #expect(cards["Coverage", default: 0] >= 3)
        #expect(cards["Coverage"] == cards["Consent"])
    }

    private func answer(
        _ shape: MemberMatchShape, consent: Bool = false, flaw: String = ""
    ) async throws -> ServedAnswer {
        let world = try TestSandbox { $0.memberMatch = shape }
        let token = try await world.payer.token("system/*.rs")
        if flaw == "a subscriber with a namesake" { try Self.addNamesake(world) }
        let question = try Self.question(world, consent: consent, flaw: flaw)
        return world.payer.send("POST", "/fhir/r4/Patient/$member-match", token: token, body: question.parameters)
    }

    static func question(
        _ world: TestSandbox, consent: Bool = false, flaw: String = ""
    ) throws -> MemberMatchQuestion {
        let joe = SpecialMember.joeSmith
        var patient = try #require(world.sandbox.payerResource("Patient", joe.payerPatientID))
        let coverages = world.sandbox.payerResources().filter { $0.type == "Coverage" }
        var coverage = try #require(
            coverages.first { $0["beneficiary"]?["reference"]?.string == "Patient/" + joe.payerPatientID })
        switch flaw {
        case "another name": patient.json["name"] = [["family": "Smythe", "given": ["Joe"]]]
        case "another birth date": patient.json["birthDate"] = "1979-04-03"
        case "another number": coverage.json["identifier"] = [["system": "https://med0.example/x", "value": "1"]]
        case "a subscriber with a namesake": coverage.json["identifier"] = nil
        default: break
        }
        let agreed = HRexConsent(
            id: "told", patientID: "x", status: "active", start: flaw == "an old consent" ? "2001-01-01" : "2020-01-01",
            end: flaw == "an old consent" ? "2002-01-01" : "2099-01-01", lastUpdated: world.clock.now(),
            isForTheClinic: true)
        return MemberMatchQuestion(
            patient: patient, coverage: coverage,
            consent: consent ? try Resource(parsing: Array(agreed.text.utf8)) : nil)
    }

    /// Somebody of the same name and birth date under the same subscriber.
    private static func addNamesake(_ world: TestSandbox) throws {
        let joe = SpecialMember.joeSmith
        for resource in world.sandbox.payerResources() where ["Patient", "Coverage"].contains(resource.type) {
            let isJoes =
                resource.id == joe.payerPatientID
                || resource["beneficiary"]?["reference"]?.string == "Patient/" + joe.payerPatientID
            guard isJoes else { continue }
            var copy = resource
            copy.json["id"] = "namesake"
            if resource.type == "Coverage" { copy.json["beneficiary"] = ["reference": "Patient/namesake"] }
            try world.sandbox.updatePayer(copy)
        }
    }
}
