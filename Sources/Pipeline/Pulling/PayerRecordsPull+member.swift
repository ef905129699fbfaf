import FHIR
import PDex

extension PayerRecordsPull {
    /// More records than one member has: beyond that, the payer does not search by patient.
    private static let mostOfOne = 500

    /// Reads the Coverage and Consent of one member, by its id, and forgets records that are gone; false where these
    /// may not be all of this member's records and nobody else's: then everything has to be read.
    func pull(member: ResourceKey, id: String) async throws -> Bool {
        var found: [LineBatch] = []
        do {
            for (type, parameters) in [("Coverage", try await inclusions()), ("Consent", [])] {
                guard let name = try await nameOfPatient(type),
                    let lines = try await lines(type, [.init(name, id)] + parameters), isOf(member, lines, type)
                else { return false }
                found.append(lines)
            }
        } catch let fault as Fault where fault.disposition != .retry && !fault.code.rawValue.hasPrefix("auth.") {
            return false
        }
        var seen = SeenRecords()
        for lines in found {
            // An unreadable record may be a denial; reading everything reports it in its own words.
            guard try await stage(lines, &seen) == 0 else { return false }
        }
        let gone = try await store.read { [seen = try seen.all()] reader in
            try reader.compartment(of: member).filter { !seen.contains($0.key) && $0.key != member }
        }
        for type in ["Coverage", "Consent"] {
            let keys = gone.filter { $0.type == type }.map(\.key)
            if !keys.isEmpty { try await forget(type, keys, at: intake.now) }
        }
        return true
    }

    /// The parameter by which the payer finds records of a patient; nil when it lists only others.
    private func nameOfPatient(_ type: String) async throws -> String? {
        let offered = try await payer.capability().types[type]?.searchParameters ?? []
        if offered.isEmpty || offered.contains("patient") { return "patient" }
        return type == "Coverage" && offered.contains("beneficiary") ? "beneficiary" : nil
    }

    /// The result of a search; nil when something is missing. Throws when there is more than one member can have.
    private func lines(_ type: String, _ parameters: [SearchQuery.Parameter]) async throws -> LineBatch? {
        // Flaws found here are not the run's: everything is read instead.
        let walk = PageWalk(server: payer, name: terms.payer.name, tally: PullTally())
        var held = LineBuffer()
        var count = 0
        let flaws = try await walk.each(SearchQuery(type, parameters)) { page in
            count += page.entries.count
            guard count <= Self.mostOfOne else {
                throw Fault(.remoteTooLarge, .halt, "more records than one member has", hint: "all are read")
            }
            held.append(page)
        }
        return flaws == 0 ? held.take() : nil
    }

    /// Whether everything found is the member's: a server may ignore a parameter that it does not know. If no Coverage
    /// is found, the server may just refer to the member differently.
    private func isOf(_ member: ResourceKey, _ lines: LineBatch, _ type: String) -> Bool {
        lines.bytes.withUnsafeBytes { bytes in
            let scans = lines.lines.map { try? ResourceScan.scan(UnsafeRawBufferPointer(rebasing: bytes[$0])) }
            let isAll = scans.allSatisfy { scan in
                guard let scan else { return false }
                switch scan.type {
                case type: return scan.patient.flatMap(intake.stager.key(of:)) == member
                case "Patient": return intake.stager.key(of: "Patient/" + scan.id) == member
                default: return scan.type == "Organization"
                }
            }
            return isAll && (type != "Coverage" || scans.contains { $0?.type == "Coverage" })
        }
    }
}
