import FHIR
import PDex

/// Finds out what became of a delivery whose answer was lost, by reading what it would have written (WR-03, WR-16).
///
/// Nothing is assumed: a bundle counts as delivered only if every entry is held as it was sent, and a payer that cannot
/// be read is sent the bundle again.
struct ReadBack: Sendable {
    /// What the payer showed.
    enum Finding: Sendable, Hashable {
        /// Everything is there as it was sent; one `Type/id/_history/version` per entry.
        case asSent([String])
        /// How many entries are there as they were sent, of how many.
        case otherwise(there: Int, of: Int)
        /// Nothing of it is where the delivery would have left it.
        case absent
        /// It cannot be found out.
        case unreadable

        /// For the audit trail.
        var words: String {
            switch self {
            case .asSent(let locations): "read back, all \(locations.count) entries are there as sent"
            case .otherwise(let there, let count): "read back, \(there) of \(count) entries were there as sent"
            case .absent: "looked for and not found"
            case .unreadable: "could not be read back"
            }
        }
    }

    let payer: any PayerServer

    /// Few enough for one URL.
    private static let idsAtOnce = 40
    /// The most resources that are read one by one.
    private static let mostReads = 100

    /// Looks for what `bundle` puts, or for what was left under `requestID`. Throws only when the task is cancelled.
    func finding(of bundle: [UInt8], requestID: String) async throws -> Finding {
        do {
            switch try await payer.trace(of: bundle, requestID: requestID) {
            case .whole(let locations): return .asSent(locations)
            case .nothing: return .absent
            case nil: break
            }
            guard let sent = Self.sent(bundle), let held = try await held(sent.map(\.location)) else {
                return .unreadable
            }
            let content = SentContent(base: payer.base)
            let there = sent.filter { item in
                held[item.location].map { content.isKept(item.resource.json, in: $0.json) } ?? false
            }
            guard there.count == sent.count else { return .otherwise(there: there.count, of: sent.count) }
            return .asSent(sent.map { Self.version(of: held[$0.location], at: $0.location) })
        } catch {
            try Task.checkCancellation()
            return .unreadable
        }
    }

    /// What a bundle puts under derived ids; nil when it contains anything else.
    private static func sent(_ bundle: [UInt8]) -> [(location: String, resource: Resource)]? {
        guard let bundle = try? FHIRBundle(JSONParser.parse(bundle)), !bundle.entries.isEmpty else { return nil }
        var sent: [(location: String, resource: Resource)] = []
        for entry in bundle.entries {
            guard let resource = entry.resource, let id = resource.id, let request = entry.request,
                request.method == "PUT", request.url == "\(resource.type)/\(id)"
            else { return nil }
            sent.append((request.url, resource))
        }
        return sent
    }

    /// What the payer holds at those places; nil when it does not let us read all of them.
    private func held(_ locations: [String]) async throws -> [String: Resource]? {
        let ids = Dictionary(grouping: locations) { String($0.prefix { $0 != "/" }) }
            .mapValues { $0.map { String($0.drop { $0 != "/" }.dropFirst()) } }
        let offered = try await payer.capability().types
        let searched = ids.filter { type, _ in
            offered[type]?.interactions.contains("search-type") == true
                && offered[type]?.searchParameters.contains("_id") == true
        }
        let read = ids.filter { type, _ in
            searched[type] == nil && offered[type]?.interactions.contains("read") == true
        }
        guard searched.count + read.count == ids.count, read.values.reduce(0, { $0 + $1.count }) <= Self.mostReads,
            try await payer.unreadableTypes(among: ids.keys.sorted()).isEmpty
        else { return nil }
        var held: [String: Resource] = [:]
        for (type, ids) in searched.sorted(by: { $0.key < $1.key }) { try await search(type, ids, &held) }
        for (type, ids) in read.sorted(by: { $0.key < $1.key }) {
            for id in ids {
                held["\(type)/\(id)"] = try await payer.read(type: type, id: id).map(Resource.init(parsing:))
            }
        }
        return held
    }

    private func search(_ type: String, _ ids: [String], _ held: inout [String: Resource]) async throws {
        for start in stride(from: 0, to: ids.count, by: Self.idsAtOnce) {
            let some = ids[start..<min(start + Self.idsAtOnce, ids.count)]
            var page = try await payer.search(
                SearchQuery(type, [.init("_id", some.joined(separator: ",")), .init("_count", "\(some.count)")]))
            // Each page should have a match, which limits their number; what is not found is sent again.
            for left in (0..<some.count).reversed() {
                for entry in page.entries where entry.mode == .match {
                    guard let resource = try? Resource(parsing: entry.bytes), let id = resource.id else { continue }
                    held["\(resource.type)/\(id)"] = resource
                }
                guard left > 0, let next = page.next else { break }
                page = try await payer.page(next)
            }
        }
    }

    private static func version(of resource: Resource?, at location: String) -> String {
        guard let version = resource?["meta"]?["versionId"]?.string,
            case .local = Reference(parsing: "\(location)/_history/\(version)")
        else { return location }
        return "\(location)/_history/\(version)"
    }
}
