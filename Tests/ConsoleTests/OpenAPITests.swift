import FHIR
import FHIRClient
import Foundation
import Jobs
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

/// The API is what `docs/reference/openapi.json` says.
@Suite("openapi.json")
struct OpenAPITests {
    private let path = "/v1/member-requests"

    /// One request of the walk, by its path and method in the document.
    private struct Step {
        var method = "get"
        var path = "/v1/member-requests"
        var target: String?
        var body = ""
        var token: String? = APIHarness.token
        var headers = [("Content-Type", "application/json")]
    }

    @Test("declares every status, media type and body that is answered, and nothing that never is")
    func answers() async throws {
        let harness = try APIHarness([.joe, .ada], freeBytes: 1 << 40)
        let document = try Self.document()
        var seen: Set<String> = []
        var flaws: [String] = []
        for step in try await steps(harness) {
            let answer = await harness.send(
                step.method.uppercased(), step.target ?? step.path, step.body, token: step.token, headers: step.headers)
            seen.insert("\(step.method) \(step.path) \(answer.status)")
            flaws += self.flaws(of: answer, to: step, in: document)
        }
        let lowDisk = try APIHarness(freeBytes: 1 << 20)
        for path in ["/health/ready", "/health/complete"] {
            for method in ["get", "head"] {
                let answer = await lowDisk.send(method.uppercased(), path)
                flaws += self.flaws(of: answer, to: Step(method: method, path: path), in: document)
                seen.insert("\(method) \(path) \(answer.status)")
            }
        }

        #expect(flaws == [])
        // The server decides how a body is read; overload and a locked store have tests of their own.
        let elsewhere: Set = ["post \(path) 408", "post \(path) 413", "post \(path) 429", "post \(path) 503"]
        #expect(Self.declared(document).subtracting(seen) == elsewhere)
        #expect(seen.subtracting(Self.declared(document)) == [])
    }

    @Test(
        "declares every method that is answered, and no other",
        arguments: ["get", "head", "put", "post", "delete", "patch"])
    func methods(method: String) async throws {
        let harness = try APIHarness()
        for path in try Self.document()["paths"]?.object?.members ?? [] {
            let target = path.key.replacing("{id}", with: "unknown")
            let answer = await harness.send(method.uppercased(), target, "{}")
            let isKnown = answer.status != 405 && !(answer.status == 404 && answer.json["code"] == "api.path-unknown")
            #expect(isKnown == (path.value[method]?.object != nil), "\(method) \(path.key)")
        }
    }

    @Test("knows the members of a demand, and the states")
    func words() throws {
        let document = try Self.document()
        let demand = document["components"]?["schemas"]?["Demand"]?["properties"]?.object?.keys ?? []
        let states = document["components"]?["schemas"]?["State"]?["enum"]?.elements.compactMap(\.string) ?? []
        #expect(Set(demand) == DemandReader.keys)
        #expect(states == MemberRequestState.allCases.map(\.rawValue))
    }

    /// Everything that the API answers, at least once.
    private func steps(_ harness: APIHarness) async throws -> [Step] {
        _ = try await harness.operations.run(job: "nightly-payer-sync")
        let accepted = try await harness.operations.accept(.init(patient: "joe", holder: "portal"), by: harness.job)
        _ = try await harness.operations.answer(accepted.id)
        let failed = try await harness.operations.accept(.init(patient: "nobody", holder: "portal"), by: harness.job)
        _ = try? await harness.operations.answer(failed.id)
        let open = try await harness.operations.accept(.init(patient: "ada", holder: "portal"), by: harness.job)
        let one = "/v1/member-requests/{id}"
        func target(_ id: String) -> String { path + "/" + id }
        let key = [("Content-Type", "application/json"), ("Idempotency-Key", "k")]
        return [
            Step(method: "post", body: #"{"patient": "joe", "types": ["Encounter"]}"#, headers: key),
            Step(method: "post", body: #"{"memberId": "https://med0.example/fhir/member-id|M0-1"}"#),
            Step(method: "post", body: #"{"patient": "ada"}"#, headers: key), Step(method: "post", body: "{"),
            Step(method: "post", body: "{}", headers: [("Content-Type", "text/plain")]),
            Step(method: "post", body: "{}"),
            Step(method: "post", body: "{}", token: nil), Step(method: "post", body: #"{"memberId": "s|none"}"#),
            Step(), Step(target: path + "?_count=1"), Step(target: path + "?state=failed"),
            Step(target: path + "?state=odd"), Step(token: nil),
            Step(path: one, target: target(accepted.id)), Step(path: one, target: target(failed.id)),
            Step(path: one, target: target(open.id)), Step(path: one, target: target("none")),
            Step(path: one, target: target(open.id), token: nil),
            Step(method: "delete", path: one, target: target(open.id), token: nil),
            Step(method: "delete", path: one, target: target(open.id)),
            Step(method: "delete", path: one, target: target(open.id)),
            Step(method: "delete", path: one, target: target("none")),
            Step(path: "/health/live", token: nil), Step(path: "/health/ready", token: nil),
            Step(path: "/health/ready"),
            Step(path: "/health/complete"), Step(method: "head", path: "/health/live", token: nil),
            Step(method: "head", path: "/health/ready", token: nil),
            Step(method: "head", path: "/health/complete", token: nil), Step(path: "/metrics"),
            Step(path: "/metrics", token: nil),
            Step(path: "/metrics", token: APIHarness.other),
        ]
    }

    private func flaws(of answer: ServedAnswer, to step: Step, in document: JSONValue) -> [String] {
        let reader = SchemaReader(document: document)
        let place = "\(step.method) \(step.path) \(answer.status)"
        guard let declared = document["paths"]?[step.path]?[step.method]?["responses"]?["\(answer.status)"] else {
            return ["\(place) is not declared"]
        }
        let contents = reader.resolved(declared)["content"]?.object?.members ?? []
        let media = (answer.headers["Content-Type"] ?? "").prefix { $0 != ";" }
        guard let content = contents.first(where: { $0.key == media }) else { return ["\(place) has \(media)"] }
        guard media != "text/plain" else { return [] }
        guard let schema = content.value["schema"] else { return ["\(place) has no schema"] }
        return reader.flaws(of: answer.json, by: schema).map { "\(place): \($0)" }
    }

    private static func declared(_ document: JSONValue) -> Set<String> {
        Set(
            (document["paths"]?.object?.members ?? []).flatMap { path in
                (path.value.object?.members ?? []).flatMap { method in
                    (method.value["responses"]?.object?.keys ?? []).map { "\(method.key) \(path.key) \($0)" }
                }
            })
    }

    private static func document() throws -> JSONValue {
        try JSONParser.parse(
            try String(
                contentsOf: APIHarness.root.appendingPathComponent("docs/reference/openapi.json"), encoding: .utf8))
    }
}
