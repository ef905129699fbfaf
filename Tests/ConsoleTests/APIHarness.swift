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
    static let stranger = "a-token-of-another-plan"
    let night: Night
    let operations: Operations
    let job: Job
    let api: ServiceAPI
    private let watch: ServiceWatch
    let metrics = MetricsRegistry()
    let heartbeat = Heartbeat()

    init(_ members: [NamedMember] = [.joe], freeBytes: Int? = nil, gone: Set<String> = []) throws {
        let night = try Night(members, mappings: Self.mappings)
        self.night = night
        let operations = Operations(
            store: night.store, clock: night.clock, identities: night.identities, actor: "tests", owner: "here",
            ownerIsGone: { gone.contains($0) }, pipeline: { _ in night.pipeline })
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
        self.job = job
        watch = ServiceWatch(
            operations: operations, jobs: [job], metrics: metrics, heartbeat: heartbeat, freeBytes: { freeBytes },
            clock: night.clock)
        api = Self.api(night, operations, job, watch, payersOfPortal: ["med0"])
    }

    /// The API over the same store that watches another job.
    func watching(_ job: String) throws -> ServiceAPI { try watching(job, by: operations) }

    /// The same in a process that was started since.
    func restarted(watching job: String) throws -> ServiceAPI {
        try watching(
            job,
            by: Operations(
                store: night.store, clock: night.clock, identities: night.identities, actor: "tests", owner: "there",
                ownerIsGone: { _ in false }, pipeline: { [night] _ in night.pipeline }))
    }

    private func watching(_ name: String, by operations: Operations) throws -> ServiceAPI {
        let job = try JobFile.parse(
            """
            job: \(name)
            on: { schedule: { cron: "15 2 * * *" } }
            from: clinic0
            to: med0
            select: { group: med0-members, types: [Patient, Encounter, Condition, Observation] }
            map: us-core-6.1.0
            """, path: "jobs/\(name).yaml")
        let watch = ServiceWatch(
            operations: operations, jobs: [job], metrics: metrics, heartbeat: heartbeat, freeBytes: { nil },
            clock: night.clock)
        return Self.api(night, operations, job, watch, payersOfPortal: ["med0"])
    }

    /// The API over the same store after the portal's payers were changed.
    func api(payersOfPortal payers: Set<String>) throws -> ServiceAPI {
        Self.api(night, operations, job, watch, payersOfPortal: payers)
    }

    private static func api(
        _ night: Night, _ operations: Operations, _ job: Job, _ watch: ServiceWatch, payersOfPortal payers: Set<String>
    ) -> ServiceAPI {
        let digests = Digests { SHA256.hash($0) }
        func token(_ name: String, _ text: String, _ payers: Set<String>, mayWatch: Bool = false) -> APIToken {
            APIToken(name: name, digest: digests.sha256([UInt8](text.utf8)), payers: payers, mayWatch: mayWatch)
        }
        let tokens = [
            token("portal", Self.token, payers, mayWatch: true), token("billing", other, ["med0"]),
            token("otherplan", stranger, ["otherplan"]),
        ]
        return ServiceAPI(
            operations: { _ in operations }, jobs: [job], watch: watch,
            tokens: APITokens(tokens, digests: digests), clock: night.clock)
    }

    /// One request with a token, unless told otherwise.
    func send(
        _ method: String, _ target: String, _ body: String = "", token: String? = APIHarness.token,
        headers: [(String, String)] = [("Content-Type", "application/json")], to api: ServiceAPI? = nil
    ) async -> ServedAnswer {
        var fields: HTTPHeaders = [:]
        if let token { fields.append("Authorization", "Bearer \(token)") }
        for (name, value) in headers { fields.append(name, value) }
        return await (api ?? self.api).answer(ServedRequest(method, target, headers: fields, body: [UInt8](body.utf8)))
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
