import FHIR
import Foundation
import PDex
import PDexTesting
import Synchronization

/// A clinic and a payer on the wire, and the program between them.
struct Scene {
    let clinic: HostileClinic
    let payer: WirePayer
    let command: PDexCommand
    private let stalled = Wire()

    private static let types = [
        "Patient", "Encounter", "Condition", "Observation", "DocumentReference", "Practitioner", "Organization",
        "Provenance",
    ]

    /// A scene whose clinic has Joe and Ada; with another scene's secret it derives the same identities.
    init(by method: String, identifiedAs other: Scene? = nil) throws {
        clinic = try HostileNight(by: .bulkExport).clinic
        payer = try WirePayer(
            [.joe, .ada], types: Self.types, clinicNPI: PDexCommand.clinicNPI, payerNPI: PDexCommand.payerNPI)
        command = try PDexCommand(
            clinic: clinic.base, payer: payer.listener.base, by: method, maxFileSize: "64MB",
            types: Self.types.dropLast(3), records: "{ from: fhir }")
        if let other { try command.takeSecret(of: other.command) }
    }

    /// What the payer holds except Provenance, without the times of runs.
    var content: [String: JSONValue] {
        payer.held.values.contents
    }

    /// Stalls in the middle of the answer of a place from now on.
    func stall(_ point: ProcessKillTests.Point) {
        let play: HostileClinic.Play = { [stalled] moment in
            guard moment.place == point.place else { return nil }
            defer { stalled.set([1]) }
            return .hang(Array(moment.honest.wire().dropLast(2)))
        }
        if point.isPayers { payer.play(play) } else { clinic.play(play) }
    }

    /// Waits until it stalls.
    func awaitStall() {
        while stalled.bytes.isEmpty { poll(nil, 0, 2) }
    }

    /// Makes the clinic honest again.
    func heal() {
        clinic.heal()
        payer.play { _ in nil }
    }

    /// The clinic's data that was requested more often than in another scene, sorted.
    func fetchedAgain(beside calm: Scene) -> [String] {
        let (own, other) = (Self.counts(clinic), Self.counts(calm.clinic))
        return own.filter { $1 > other[$0] ?? 0 }.keys.sorted()
    }

    /// How often each file and each type was requested.
    private static func counts(_ clinic: HostileClinic) -> [String: Int] {
        let once: Set = ["token", ".well-known", "metadata", "status", "Group"]
        let paths = clinic.listener.received.map(\.path).filter { path in
            !once.contains(path.split(separator: "/").first.map(String.init) ?? "")
        }
        return Dictionary(paths.map { ($0, 1) }, uniquingKeysWith: +)
    }
}
