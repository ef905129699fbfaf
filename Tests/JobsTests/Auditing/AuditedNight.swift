import FHIR
import PDex
import PDexTesting
import Pipeline
import Synchronization

@testable import Jobs

/// A night with everything that the audit trail records: Joe's data is sent at the second attempt, Ada's is withheld,
/// and an operator intervenes.
struct AuditedNight {
    let served: ServedNight
    let lines: [AuditLine]

    static let parties: [Party] = [
        Party(
            name: "clinic0", base: "https://fhir.clinic0.example/r4", npi: "1234567893", organization: "Clinic0",
            identifierSystem: "https://clinic0.example/fhir-id"),
        Party(
            name: "med0", base: "https://fhir.med0.example/r4", npi: "1003000126", organization: "Med0 Health Plan",
            identifierSystem: "https://med0.example/fhir-id"),
    ]
    static let writer = AuditEventWriter(AuditParties(parties))

    init() async throws {
        served = try ServedNight([.joe, NamedMember.ada.with { $0.consent = nil }])
        served.night.payer.reply(.busy(retryAfterSeconds: 30))
        _ = try await served.operations.run(job: served.job.name)
        served.night.clock.advance(seconds: 60)
        _ = try await served.operations.run(job: served.job.name)
        _ = try await served.operations.importMembers(job: served.job.name)
        _ = try await served.operations.pause(Hold.Subject.payer, "med0", reason: "a test")
        _ = try await served.operations.unlink("ada", job: served.job.name, reason: "a test")
        let withdrawn = NamedMember.joe.with { $0.consent = "inactive" }
        for record in try withdrawn.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        where record.type == "Consent" {
            served.night.payer.put(record)
        }
        _ = try await served.operations.importMembers(job: served.job.name)
        lines = try await Self.lines(served, AuditSelection())
    }

    /// The expected events, in order.
    static func lines(_ served: ServedNight, _ selection: AuditSelection) async throws -> [AuditLine] {
        let found = Mutex<[AuditLine]>([])
        _ = try await served.operations.audit(selection) { page in found.withLock { $0 += page } }
        return found.withLock { $0 }
    }

    /// The events of an action.
    func events(_ action: String) -> [JSONValue] {
        lines.filter { $0.recorded.entry.action == action }.map(Self.writer.event)
    }
}
