import FHIR
import Serving

extension ReadInteractions {
    /// `Patient/[id]/$everything`: the compartment in pages, each with the shared resources to which it refers.
    ///
    /// Offers `_since`, `_type`, `_count`, `start` and `end` (dates of care).
    func everything(_ page: PageToken, isStrict: Bool, in store: inout FHIRStore) throws(Refusal) -> ServedAnswer {
        try require(.read, on: "Patient")
        let id = page.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        guard store["Patient", id] != nil else { throw .notFound("Patient/\(id)") }
        guard let fields = FormFields(page.query) else { throw Refusal(400, "invalid", "The query cannot be read.") }
        let choice = try EverythingChoice(fields: fields, isStrict: isStrict)
        let types = store.types.filter {
            (choice.types.isEmpty || choice.types.contains($0)) && grant.permits(.read, on: $0) && $0 >= page.type
        }
        var matches: [StoredResource] = []
        var last: (type: String, row: Int)?
        var hasMore = false
        outer: for type in types {
            let rows = store.tables[type]?.rows(ofPatient: id) ?? []
            for row in rows where type > page.type || row > page.row {
                guard let resource = store.tables[type]?.rows[row], choice.includes(resource) else { continue }
                if matches.count == choice.count {
                    hasMore = true
                    break outer
                }
                matches.append(resource)
                last = (type, row)
            }
        }
        let next = hasMore ? last.map { nextLink(page, type: $0.type, row: $0.row) } : nil
        let bundle = SearchBundle(
            base: base, selfLink: "\(base)/\(page.path)", nextLink: next, total: nil, matches: matches,
            included: choice.types.isEmpty ? shared(by: matches, in: &store) : [])
        return .fhir(200, bundle.bytes)
    }

    /// The resources outside any compartment to which the matches refer, each once.
    private func shared(by matches: [StoredResource], in store: inout FHIRStore) -> [StoredResource] {
        var texts: Set<String> = []
        for match in matches { match.tree.forEachReference { texts.insert($0) } }
        return texts.sorted().compactMap { store.resolve($0, base: base) }.filter {
            $0.patient == nil && grant.permits(.read, on: $0.type)
        }
    }
}
