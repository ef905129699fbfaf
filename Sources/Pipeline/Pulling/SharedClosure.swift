import FHIR
import PDex

/// Fetches the practitioners, places and organizations that visits refer to, each once a run (RD-14, RD-15).
///
/// What the clinic does not give is noted by reason and left as the clinic wrote it: a reference to nothing.
actor SharedClosure {
    private let clinic: any ClinicServer
    private let walk: PageWalk
    private let intake: Intake
    private let capability: ServerCapability
    private var known: Set<String> = []

    init(clinic: any ClinicServer, intake: Intake, name: String, capability: ServerCapability) {
        self.clinic = clinic
        walk = PageWalk(server: clinic, name: name, tally: intake.tally)
        self.intake = intake
        self.capability = capability
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
            for wanted in Self.wanted(fresh, base: intake.stager.base) {
                open.formUnion(try await fetch(wanted))
            }
        }
    }

    /// What one request asks for.
    private enum Wanted {
        case ids(type: String, [String])
        case identified(type: String, token: String)
    }

    private func fetch(_ wanted: Wanted) async throws -> Set<String> {
        do {
            switch wanted {
            case .ids(let type, let ids) where searches(type, by: "_id"):
                let query = SearchQuery(type, [.init("_id", ids.joined(separator: ",")), .init("_count", "50")])
                return try await search(query, expecting: ids.count)
            case .ids(let type, let ids):
                return try await read(type, ids)
            case .identified(let type, let token):
                return try await search(SearchQuery(type, [.init("identifier", token)]), expecting: 1)
            }
        } catch let fault as Fault where [.remoteRefused, .authForbidden, .clinicCapability].contains(fault.code) {
            await intake.tally.noted(fault.code)
            return []
        }
    }

    private func searches(_ type: String, by parameter: String) -> Bool {
        guard let offered = capability.types[type]?.searchParameters, !offered.isEmpty else { return true }
        return offered.contains(parameter)
    }

    private func search(_ query: SearchQuery, expecting count: Int) async throws -> Set<String> {
        var open: Set<String> = []
        var held = LineBuffer()
        var matches = 0
        try await walk.each(query) { page in
            open.formUnion(Self.references(in: page))
            held.append(page)
            matches += page.entries.count { $0.mode == .match }
        }
        await intake.tally.noted(.clinicReferenceMissing, count - matches)
        try await intake.stage(held.take(), expecting: nil)
        return open
    }

    private func read(_ type: String, _ ids: [String]) async throws -> Set<String> {
        var open: Set<String> = []
        var held = LineBuffer()
        for id in ids {
            await intake.tally.requested()
            guard let bytes = try await clinic.read(type: type, id: id) else {
                await intake.tally.noted(.clinicReferenceMissing)
                continue
            }
            let page = SearchPage(
                entries: [.init(bytes: bytes, mode: .match)], next: nil, total: nil, serverTime: nil,
                byteCount: bytes.count)
            open.formUnion(Self.references(in: page))
            held.append(page)
        }
        try await intake.stage(held.take(), expecting: nil)
        return open
    }

    /// `_id` batches for literal references, one search each for conditional ones.
    private static func wanted(_ references: [String], base: String) -> [Wanted] {
        var ids: [String: [String]] = [:]
        var wanted: [Wanted] = []
        for text in references {
            switch Reference(parsing: text).relative(to: base) {
            case .local(let type, let id, _):
                ids[type, default: []].append(id)
            case .conditional(let type, let query):
                guard let token = Reference.identifierToken(inQuery: query) else { continue }
                let value = (token.system.map { $0 + "|" } ?? "") + token.value
                wanted.append(.identified(type: type, token: value))
            default:
                continue
            }
        }
        for (type, all) in ids.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: all.count, by: 50) {
                wanted.append(.ids(type: type, Array(all[start..<min(start + 50, all.count)])))
            }
        }
        return wanted
    }
}
