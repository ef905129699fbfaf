import FHIR
import FHIRClient
import Foundation
import Jobs
import PDex
import PDexTesting
import Serving

@testable import Console

/// The API over a scripted night, called without a network.
struct APIHarness {
    static let token = "a-token-of-the-portal"
    static let other = "a-token-of-the-billing-office"
    let night: Night
    let operations: Operations
    let api: ServiceAPI
    let metrics = MetricsRegistry()
    let heartbeat = Heartbeat()

    init(_ members: [NamedMember] = [.joe], freeBytes: Int? = nil) throws {
        let night = try Night(members, mappings: Self.mappings)
        self.night = night
        let operations = Operations(
            store: night.store, clock: night.clock, identities: night.identities, actor: "tests", owner: "here",
            ownerIsGone: { _ in false }, pipeline: { _ in night.pipeline })
        self.operations = operations
        let job = try JobFile.parse(
            """
            job: member-data-request
            on: { request: true }
            from: clinic0
            to: med0
            select: { group: med0-members, types: [Patient, Encounter, Condition, Observation] }
            map: us-core-6.1.0
            """, path: "jobs/member-data-request.yaml")
        let digests = Digests { SHA256.hash($0) }
        let watch = ServiceWatch(
            operations: operations, jobs: [job], metrics: metrics, heartbeat: heartbeat, freeBytes: { freeBytes },
            clock: night.clock)
        api = ServiceAPI(
            operations: { _ in operations }, jobs: [job], watch: watch,
            tokens: APITokens(
                [("portal", Self.token), ("billing", Self.other)].map { name, token in
                    APIToken(name: name, digest: digests.sha256([UInt8](token.utf8)))
                }, digests: digests),
            clock: night.clock)
    }

    /// One request with a token, unless told otherwise.
    func send(
        _ method: String, _ target: String, _ body: String = "", token: String? = APIHarness.token,
        headers: [(String, String)] = [("Content-Type", "application/json")]
    ) async -> ServedAnswer {
        var fields: HTTPHeaders = [:]
        if let token { fields.append("Authorization", "Bearer \(token)") }
        for (name, value) in headers { fields.append(name, value) }
        return await api.answer(ServedRequest(method, target, headers: fields, body: [UInt8](body.utf8)))
    }

    private static let mappings = root.appendingPathComponent("mappings/us-core-6.1.0").path
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}

extension ServedAnswer {
    /// The body as JSON.
    var json: JSONValue {
        guard case .bytes(let bytes) = body, let json = try? JSONParser.parse(bytes) else { return .null }
        return json
    }
}
