import FHIR
import PDex

/// Fetches the practitioners, places and organizations that visits refer to, each once a run (RD-14, RD-15).
///
/// What the clinic does not give is noted by reason and left as the clinic wrote it: a reference to nothing. What
/// breaks off, or does not come whole, is missing to every patient who refers to it: none of them is whole.
actor SharedClosure {
    private let clinic: any ClinicServer
    private let walk: PageWalk
    private let intake: Intake
    private let capability: ServerCapability
    private var loads: [String: Task<Loaded, any Error>] = [:]

    /// What was fetched for some references.
    private struct Loaded: Sendable {
        /// What those refer to in turn.
        var references: Set<String> = []
        var flaws = 0
    }

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

    /// Fetches those of `references` that this run has not fetched, and what they refer to in turn; returns how many
    /// flaws were counted on the way.
    ///
    /// Who refers to what another patient is already waiting for waits with it. What broke off is forgotten, so that
    /// the next try fetches it again.
    func fetch(_ references: Set<String>) async throws -> Int {
        var flaws = 0
        var met: Set<String> = []
        var open = references
        while !open.isEmpty {
            met.formUnion(open)
            var next: Set<String> = []
            for load in loading(open) {
                let loaded = try await outcome(of: load)
                flaws += loaded.flaws
                next.formUnion(loaded.references)
            }
            open = next.subtracting(met)
        }
        return flaws
    }

    /// What fetches the references: begun now, or by somebody before.
    private func loading(_ references: Set<String>) -> Set<Task<Loaded, any Error>> {
        let fresh = references.filter { loads[$0] == nil }.sorted()
        if !fresh.isEmpty {
            let load = Task { try await self.load(fresh) }
            for reference in fresh { loads[reference] = load }
        }
        return Set(references.compactMap { loads[$0] })
    }

    private func outcome(of load: Task<Loaded, any Error>) async throws -> Loaded {
        do {
            return try await withTaskCancellationHandler {
                try await load.value
            } onCancel: {
                load.cancel()
            }
        } catch {
            loads = loads.filter { $0.value != load }
            throw error
        }
    }

    private func load(_ references: [String]) async throws -> Loaded {
        var loaded = Loaded()
        for wanted in Self.wanted(references, base: intake.stager.base) {
            let more = try await fetch(wanted)
            loaded.references.formUnion(more.references)
            loaded.flaws += more.flaws
        }
        return loaded
    }

    /// What one request asks for.
    private enum Wanted {
        case ids(type: String, [String])
        case identified(type: String, token: String)
    }

    private func fetch(_ wanted: Wanted) async throws -> Loaded {
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
            return Loaded()
        }
    }

    private func searches(_ type: String, by parameter: String) -> Bool {
        guard let offered = capability.types[type]?.searchParameters, !offered.isEmpty else { return true }
        return offered.contains(parameter)
    }

    private func search(_ query: SearchQuery, expecting count: Int) async throws -> Loaded {
        var loaded = Loaded()
        var held = LineBuffer()
        var matches = 0
        loaded.flaws = try await walk.each(query) { page in
            loaded.references.formUnion(Self.references(in: page))
            held.append(page)
            matches += page.entries.count { $0.mode == .match }
        }
        await intake.tally.noted(.clinicReferenceMissing, count - matches)
        loaded.flaws += try await intake.stage(held.take(), expecting: nil)
        return loaded
    }

    private func read(_ type: String, _ ids: [String]) async throws -> Loaded {
        var loaded = Loaded()
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
            loaded.references.formUnion(Self.references(in: page))
            held.append(page)
        }
        loaded.flaws += try await intake.stage(held.take(), expecting: nil)
        return loaded
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
