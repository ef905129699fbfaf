import FHIR
import FHIRClient
import Serving

/// Computes the effect of a list of writes on a store without touching it: of all of them, or the first refusal.
///
/// First identities and duplicates are decided, then versions and references, entry by entry. Only then are the changes
/// handed out, so that nothing of a refused transaction can be left behind.
struct Transaction {
    /// The outcome of one entry.
    struct Outcome: Sendable {
        let status: Int
        /// nil for deletions and reads.
        let resource: StoredResource?
    }

    private let requests: [WriteRequest]
    private let base: String
    private let now: Instant
    /// `Type/id` of each entry; nil for reads.
    private var identities: [String?] = []
    /// The resources that conditional creates found, by entry.
    private var existing: [Int: StoredResource] = [:]
    /// The identities that will exist, or not exist, when all is done.
    private var written: Set<String> = []
    private var removed: Set<String> = []
    /// The identity to which a reference to a `fullUrl` leads.
    private var destinations: [String: String] = [:]

    /// The changes to the store if all goes well.
    private(set) var changes: [PayerChange] = []
    /// One for each entry, in order.
    private(set) var outcomes: [Outcome] = []

    /// Decides everything. Throws the refusal of the first entry that cannot be done.
    init(_ requests: [WriteRequest], base: String, now: Instant, in store: inout FHIRStore) throws(Refusal) {
        self.requests = requests
        self.base = base
        self.now = now
        try identify(in: &store)
        try refuseDuplicates()
        for (request, identity) in zip(requests, identities) {
            guard let identity else { continue }
            if case .delete = request.verb { removed.insert(identity) } else { written.insert(identity) }
        }
        for index in requests.indices {
            do throws(Refusal) {
                outcomes.append(try decide(index, in: &store))
            } catch {
                throw error.at(entry: index)
            }
        }
    }

    private mutating func identify(in store: inout FHIRStore) throws(Refusal) {
        for (index, request) in requests.enumerated() {
            do throws(Refusal) {
                let identity = try identity(of: request, index, in: &store)
                identities.append(identity)
                if let fullURL = request.fullURL, let identity { destinations[fullURL] = identity }
            } catch {
                throw error.at(entry: index)
            }
        }
    }

    private mutating func identity(
        of request: WriteRequest, _ index: Int, in store: inout FHIRStore
    ) throws(Refusal) -> String? {
        switch request.verb {
        case .update(let type, let id), .delete(let type, let id): return "\(type)/\(id)"
        case .read: return nil
        case .create(let type, let query):
            if let query, let found = try Self.only(type, query, in: &store) {
                existing[index] = found
                return found.key
            }
            return "\(type)/\(Self.newID())"
        case .conditionalUpdate(let type, let query):
            let sent = request.resource?.id
            guard let found = try Self.only(type, query, in: &store) else {
                if let sent, store[type, sent] != nil {
                    throw Refusal(400, "invalid", "The resource's id is taken by one that the search does not find.")
                }
                return "\(type)/\(sent ?? Self.newID())"
            }
            guard sent ?? found.id == found.id else {
                throw Refusal(400, "invalid", "The resource's id is not that of the one found.")
            }
            return found.key
        }
    }

    private func refuseDuplicates() throws(Refusal) {
        var seen: Set<String> = []
        for (index, identity) in identities.enumerated() {
            guard let identity, !seen.insert(identity).inserted else { continue }
            throw Refusal(400, "duplicate", "A resource is written twice in one transaction.").at(entry: index)
        }
    }

    private mutating func decide(_ index: Int, in store: inout FHIRStore) throws(Refusal) -> Outcome {
        let request = requests[index]
        guard let identity = identities[index], let type = request.type else {
            return Outcome(status: 200, resource: nil)
        }
        let id = String(identity.dropFirst(type.utf8.count + 1))
        let old = store[type, id]
        if let ifMatch = request.ifMatch, old?.etag != ifMatch {
            throw Refusal(412, "conflict", "If-Match is not the current version.")
        }
        if case .delete = request.verb {
            if old != nil { changes.append(.delete(type: type, id: id, at: now)) }
            return Outcome(status: 204, resource: nil)
        }
        if let found = existing[index] { return Outcome(status: 200, resource: found) }
        guard var resource = request.resource else { throw Refusal(400, "required", "A write needs a resource.") }
        resource = try rewritten(resource, in: &store)
        resource.json["id"] = .string(id)
        if let old, Self.content(resource.json) == Self.content(old.tree.object ?? JSONObject()) {
            return Outcome(status: 200, resource: old)
        }
        let stamped = resource.stamped(version: (old?.version ?? 0) + 1, lastUpdated: now)
        guard let stored = try? StoredResource(stamped.serialized(), loaded: now) else {
            throw Refusal(400, "structure", "The resource cannot be stored.")
        }
        changes.append(.put(stored))
        return Outcome(status: old == nil ? 201 : 200, resource: stored)
    }

    /// The resource with every reference leading to something that is, or will be, in the store.
    private func rewritten(_ resource: Resource, in store: inout FHIRStore) throws(Refusal) -> Resource {
        var refusal: Refusal?
        var json = JSONValue.object(resource.json)
        json.rewriteReferences { holder in
            guard refusal == nil, let text = holder["reference"]?.string else { return }
            do throws(Refusal) {
                holder["reference"] = .string(try destination(of: text, in: &store))
            } catch {
                refusal = error
            }
        }
        if let refusal { throw refusal }
        var copy = resource
        copy.json = json.object ?? resource.json
        return copy
    }

    private func destination(of text: String, in store: inout FHIRStore) throws(Refusal) -> String {
        if let identity = destinations[text] { return identity }
        switch Reference(parsing: text).relative(to: base) {
        case .urn: throw Self.dangling("urn")
        case .contained, .absolute, .opaque: return text
        case .conditional(let type, let query):
            guard let found = try Self.only(type, query, in: &store) else { throw Self.dangling(type) }
            return found.key
        case .local(let type, let id, _):
            let key = "\(type)/\(id)"
            guard written.contains(key) || (store[type, id] != nil && !removed.contains(key)) else {
                throw Self.dangling(type)
            }
            return text.hasPrefix(base) ? key : text
        }
    }

    private static func dangling(_ type: String) -> Refusal {
        Refusal(422, "not-found", "A \(type) reference leads to nothing that is here or in this Bundle.")
    }

    /// The one resource that a conditional URL means; nil for none. Throws 412 when there are several.
    private static func only(
        _ type: String, _ query: String, in store: inout FHIRStore
    ) throws(Refusal) -> StoredResource? {
        guard let fields = FormFields(query), !fields.pairs.isEmpty else {
            throw Refusal(400, "invalid", "The query of a conditional write cannot be read.")
        }
        // Strict: a condition that is not understood must not match everything.
        let request = try SearchRequest(type: type, fields: fields, isStrict: true)
        let found = store.page(of: request, after: -1).matches
        guard found.count <= 1 else {
            throw Refusal(412, "multiple-matches", "The condition on \(type) finds several resources.")
        }
        return found.first
    }

    /// The part by which versions differ: everything except what the server stamps.
    private static func content(_ json: JSONObject) -> JSONObject {
        var copy = json
        guard var meta = json["meta"]?.object else { return copy }
        meta["versionId"] = nil
        meta["lastUpdated"] = nil
        copy["meta"] = meta.isEmpty ? nil : .object(meta)
        return copy
    }

    private static func newID() -> String {
        RandomBytes.bytes(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
