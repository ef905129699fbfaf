import FHIR
import PDex

/// Fetches the payer's Coverage (with its beneficiaries) and Consent, from its server or from files.
///
/// Both are read whole every time, and what is no longer among them is forgotten: a consent that was deleted must
/// not go on permitting. Absence is believed only when the whole was proven to have come (SBS-45): a denial that could
/// not be read must not become a permit, so one flaw ends the run before anything is forgotten or sent.
struct PayerRecordsPull: Sendable {
    let terms: ExchangeTerms
    let payer: any PayerServer
    let store: any Store
    let intake: Intake

    func pull() async throws {
        var seen: Set<ResourceKey> = []
        seen.formUnion(
            try await pull(
                "Coverage", from: terms.coverage,
                [.init("_include", "Coverage:beneficiary"), .init("_include", "Coverage:payor")]))
        seen.formUnion(try await pull("Consent", from: terms.consent, []))
        for type in ["Coverage", "Consent", "Patient", "Organization"] { try await forget(type, except: seen) }
    }

    private func pull(
        _ type: String, from source: ExchangeTerms.RecordSource, _ parameters: [SearchQuery.Parameter]
    ) async throws -> Set<ResourceKey> {
        var seen: Set<ResourceKey> = []
        var flaws = 0
        switch source {
        case .fhir:
            let walk = PageWalk(server: payer, name: terms.payer.name, tally: intake.tally)
            flaws += try await walk.each(SearchQuery(type, parameters + [.init("_count", "500")])) { page in
                var held = LineBuffer()
                held.append(page)
                flaws += try await stage(held.take(), &seen)
            }
        case .file(let path):
            try await RecordFile(path: path).read { flaws += try await stage($0, &seen) }
        }
        guard flaws == 0 else {
            throw Fault(
                .payerRecordsIncomplete, .halt,
                "\(flaws) of the \(type) records of \(terms.payer.name) could not be read; nothing was sent",
                hint: "a record may be a denial: ask the payer to correct them, or correct the file, and run again")
        }
        return seen
    }

    private func stage(_ lines: LineBatch, _ seen: inout Set<ResourceKey>) async throws -> Int {
        lines.bytes.withUnsafeBytes { bytes in
            for range in lines.lines {
                guard let scan = try? ResourceScan.scan(UnsafeRawBufferPointer(rebasing: bytes[range])) else {
                    continue
                }
                seen.insert(intake.stager.identities.key(source: terms.payer.name, type: scan.type, id: scan.id))
            }
        }
        return try await intake.stage(lines, expecting: nil)
    }

    private func forget(_ type: String, except seen: Set<ResourceKey>) async throws {
        let source = terms.payer.name
        var last: ResourceKey?
        while true {
            let after = last
            let page = try await store.read {
                try $0.keys(ofSource: source, type: type, after: after, limit: 5000)
            }
            guard let end = page.last else { return }
            let gone = page.filter { !seen.contains($0) }
            if !gone.isEmpty { try await store.write { try Self.forget(gone, $0) } }
            last = end
        }
    }

    /// What led to a member by a record that is gone goes too; what still leads there is indexed again.
    private static func forget(_ gone: [ResourceKey], _ writer: any StoreWriter) throws {
        for key in gone {
            if let member = try writer.staged(key)?.patient { try writer.unlink(member) }
        }
        try writer.unstage(gone)
    }
}
