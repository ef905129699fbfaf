import FHIR
import PDex

/// Fetches the practitioners, places and organizations that visits refer to, each once a run (RD-14, RD-15).
actor SharedClosure {
    private let clinic: any ClinicServer
    private let intake: Intake
    private let store: any Store
    private var known: Set<String> = []

    init(clinic: any ClinicServer, intake: Intake, store: any Store) {
        self.clinic = clinic
        self.intake = intake
        self.store = store
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
                await intake.tally.requested()
                var page = try await clinic.search(query)
                while true {
                    open.formUnion(Self.references(in: page))
                    try await intake.stage(page, finally: { _ in })
                    guard let next = page.next, known.insert(next).inserted else { break }
                    page = try await clinic.page(next)
                }
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
