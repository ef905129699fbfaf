import FHIR
import Foundation
import PDex
import PDexTesting

@testable import Pipeline

/// A clinic with two patients, a payer that has answered which members they are and exports them, and a folder.
struct FetchWorld {
    let night: Night
    /// The clock of the payer's exports.
    let clock: ManualClock
    /// The payer's server that exports.
    let server: ScriptedClinic
    private let place: TemporaryPlace
    let path: String

    init(files: MatchFiles? = nil) throws {
        place = try TemporaryPlace()
        path = place.path + ".fetched"
        let scripted = try Night([.joe, .ada], mappings: usCoreMappings)
        server = scripted.clinic
        clock = scripted.clock
        night = try Night(
            [.joe, .ada], mappings: usCoreMappings, inquiry: .init(consent: .required, asksMany: true),
            payerExports: files ?? server)
        let members: [JSONValue] = [["reference": "Patient/joe"], ["reference": "Patient/ada"]]
        for group in ["g1", "g2"] { night.payer.put(try Self.group(group, of: members)) }
    }

    /// A Group at the payer.
    static func group(_ id: String, of entities: [JSONValue]) throws -> Resource {
        try Resource([
            "resourceType": "Group", "id": .string(id), "type": "person", "actual": true,
            "member": .array(entities.map { ["entity": $0] }),
        ])
    }

    /// Pulls the clinic, and lets the payer answer who the patients are; once.
    func match() async throws {
        guard try await night.store.read({ try $0.matched(group: "g1", payer: "med0") }) == nil else { return }
        _ = try await night.run("night-0", dryRun: true)
        let now = night.clock.now()
        let matches = ["joe", "ada"].map { told($0, as: $0) }
        try await night.store.write { writer in
            for group in ["g1", "g2"] { try writer.keep(matchedGroup: group, payer: "med0", at: now) }
            for match in matches {
                try writer.keep(match, audit: AuditEntry(at: now, actor: "tests", action: "match.answered"))
            }
        }
    }

    /// The payer's answer which member a patient is.
    func told(_ patient: String, as member: String) -> MemberMatch {
        MemberMatch(
            route: night.pipeline.terms.route,
            patient: night.identities.key(source: "clinic0", type: "Patient", id: patient), outcome: .matched,
            question: 1, attempts: 1, member: night.identities.key(source: "med0", type: "Patient", id: member),
            detail: "med0 said so", at: night.clock.now())
    }

    /// A refusal at the clinic.
    static func denial(of patient: String) throws -> Resource {
        try Resource([
            "resourceType": "Consent", "id": .string("no-of-" + patient), "status": "active",
            "patient": ["reference": .string("Patient/" + patient)], "provision": ["type": "deny"],
        ])
    }

    func fetch(
        _ purpose: ExportPurpose = .providerSnapshot, group: String = "g1", types: [String] = [],
        since: Instant? = nil
    ) async throws -> ExchangePipeline.Fetched {
        try await match()
        return try await night.pipeline.fetch(
            .init(group: group, purpose: purpose, types: types, since: since), into: path, by: "ada")
    }

    /// Whether no export at the payer is under way.
    var isAtRest: Bool {
        get async throws {
            let key = PayerExport.key(ofJob: night.pipeline.terms.job)
            return try await night.store.read { try $0.exportUnderWay(source: "med0", job: key) } == nil
        }
    }

    var latest: Instant? {
        ExportFolder(path: path).latest(of: "med0", ExportRequest(level: .group("g1"), types: [], since: nil))
    }

    func contents(_ fetched: ExchangePipeline.Fetched, _ name: String) -> Data? {
        FileManager.default.contents(atPath: fetched.place + "/" + name)
    }

    func lines(_ fetched: ExchangePipeline.Fetched, _ name: String) throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: fetched.place)
        let found = files.filter { $0.hasPrefix(name + "-") }.compactMap { contents(fetched, $0) }
        return found.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }
    }
}
