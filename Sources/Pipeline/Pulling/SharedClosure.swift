import FHIR
import PDex

/// Fetches the practitioners, places and organizations that visits refer to, each once a run (RD-14, RD-15).
actor SharedClosure {
    private let walk: PageWalk
    private let intake: Intake
    private var known: Set<String> = []

    init(clinic: any ClinicServer, intake: Intake, name: String) {
        walk = PageWalk(server: clinic, name: name, tally: intake.tally)
        self.intake = intake
    }

    /// References to shared types on a page, in the form the server wrote them.
    static func references(in page: SearchPage) -> Set<String> {
        var found: Set<String> = []
        for entry in page.entries where entry.mode != .outcome {
            guard let json = try? JSONParser.parse(entry.bytes) else { continue }
            json.forEachReference { text in
                if let type = Reference(parsing: text).type, SharedTypes.contains(type) { found.insert(text) }
            }
        }
        return found
    }

    /// Fetches those of `references` that this run has not fetched, and what they refer to in turn.
    func fetch(_ references: Set<String>) async throws {
        var open = references
        while !open.isEmpty {
            let fresh = open.subtracting(known).sorted()
            known.formUnion(fresh)
            open = []
            for query in queries(for: fresh) {
                var held = LineBuffer()
                try await walk.each(query) { page in
                    open.formUnion(Self.references(in: page))
                    held.append(page)
                }
                try await intake.stage(held.take(), expecting: nil)
            }
        }
    }

    /// `_id` batches for literal references, one search each for conditional ones.
    private func queries(for references: [String]) -> [SearchQuery] {
        var ids: [String: [String]] = [:]
        var queries: [SearchQuery] = []
        for text in references {
            switch Reference(parsing: text).relative(to: intake.stager.base) {
            case .local(let type, let id, _):
                ids[type, default: []].append(id)
            case .conditional(let type, let query):
                guard let token = Reference.identifierToken(inQuery: query) else { continue }
                let value = (token.system.map { $0 + "|" } ?? "") + token.value
                queries.append(SearchQuery(type, [.init("identifier", value)]))
            default:
                continue
            }
        }
        for (type, all) in ids.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: all.count, by: 50) {
                let batch = all[start..<min(start + 50, all.count)].joined(separator: ",")
                queries.append(SearchQuery(type, [.init("_id", batch), .init("_count", "50")]))
            }
        }
        return queries
    }
}
