import FHIR
import PDex

/// Fetches the payer's Coverage (with its beneficiaries) and Consent, from its server or from files.
///
/// Both are read whole every time: a consent that was deleted must not go on permitting.
struct PayerRecordsPull: Sendable {
    let terms: ExchangeTerms
    let payer: any PayerServer
    let store: any Store
    let intake: Intake

    func pull() async throws {
        try await pull("Coverage", from: terms.coverage, [.init("_include", "Coverage:beneficiary")])
        try await pull("Consent", from: terms.consent, [])
    }

    private func pull(
        _ type: String, from source: ExchangeTerms.RecordSource, _ parameters: [SearchQuery.Parameter]
    ) async throws {
        var seen: Set<ResourceKey> = []
        switch source {
        case .fhir:
            await intake.tally.requested()
            var page = try await payer.search(SearchQuery(type, parameters + [.init("_count", "500")]))
            var links: Set<String> = []
            while true {
                seen.formUnion(keys(page.entries.filter { $0.mode != .outcome }.map(\.bytes)))
                try await intake.stage(page, finally: { _ in })
                guard let next = page.next else { break }
                guard links.insert(next).inserted else {
                    throw Fault(
                        .clinicPagingLoop, .halt, "a search for \(type) at \(terms.payer.name) does not end",
                        hint: "the payer's next links repeat; report it to the payer")
                }
                await intake.tally.requested()
                page = try await payer.page(next)
            }
        case .file(let path):
            let batch = try RecordFile.read(path)
            seen = keys(batch.lines.map { Array(batch.bytes[$0]) })
            try await intake.stage(batch, expecting: nil, finally: { _ in })
        }
        try await forget(type, except: seen)
    }

    private func keys(_ resources: [[UInt8]]) -> Set<ResourceKey> {
        Set(
            resources.compactMap { bytes in
                guard let scan = try? ResourceScan.scan(bytes) else { return nil }
                return intake.stager.identities.key(source: terms.payer.name, type: scan.type, id: scan.id)
            })
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
            if !gone.isEmpty { try await store.write { try $0.unstage(gone) } }
            last = end
        }
    }
}
