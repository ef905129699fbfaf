import FHIR

extension FHIRStore {
    /// One page of matches of one type.
    struct Page {
        var matches: [StoredResource] = []
        /// The row of the last match, if more follow it.
        var lastRow: Int?
    }

    /// The next matches after `row`, in the order of the rows, so that none is repeated or left out.
    mutating func page(of request: SearchRequest, after row: Int) -> Page {
        var page = Page()
        let candidates = candidates(of: request)
        let rows = tables[request.type]?.rows ?? []
        var last = row
        func look(at index: Int) -> Bool {
            guard let resource = rows[index], request.filters.allSatisfy({ $0.matches(resource) }) else { return true }
            if page.matches.count == request.count {
                page.lastRow = last
                return false
            }
            page.matches.append(resource)
            last = index
            return true
        }
        if let candidates {
            for index in candidates where index > row {
                guard look(at: index) else { break }
            }
        } else {
            for index in stride(from: row + 1, to: rows.count, by: 1) {
                guard look(at: index) else { break }
            }
        }
        return page
    }

    private mutating func candidates(of request: SearchRequest) -> [Int]? {
        for filter in request.filters {
            if let rows = filter.candidates(of: request.type, in: &self) { return rows }
        }
        return nil
    }

    /// The resources that `_include` and `_revinclude` add to the matches of one page: each once, and no match again.
    mutating func included(with matches: [StoredResource], by request: SearchRequest, base: String) -> [StoredResource]
    {
        var seen = Set(matches.map(\.key))
        var found: [StoredResource] = []
        for match in request.includes.isEmpty ? [] : matches {
            let tree = match.tree
            for inclusion in request.includes {
                for text in inclusion.path.references(in: tree) {
                    guard let resource = resolve(text, base: base), resource.type == inclusion.target ?? resource.type,
                        seen.insert(resource.key).inserted
                    else { continue }
                    found.append(resource)
                }
            }
        }
        for inclusion in request.revIncludes where inclusion.target ?? request.type == request.type {
            for match in matches {
                let rows = rows(
                    inclusion.source, inclusion.parameter, match.key, keys: { ReferenceKey.keys(inclusion.path, $0) })
                for resource in rows.compactMap({ tables[inclusion.source]?.rows[$0] })
                where seen.insert(resource.key).inserted { found.append(resource) }
            }
        }
        return found
    }

    /// The resource meant by a reference that is local, absolute below our base, or conditional.
    mutating func resolve(_ text: String, base: String) -> StoredResource? {
        switch Reference(parsing: text).relative(to: base) {
        case .local(let type, let id, _): return self[type, id]
        case .conditional(let type, let query):
            guard let token = Reference.identifierToken(inQuery: query) else { return nil }
            let found = resources(type, system: token.system, value: token.value)
            return found.count == 1 ? found.first : nil
        default: return nil
        }
    }
}
