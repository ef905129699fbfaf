import FHIR
import PDex

/// Divides a bundle that is too large for a payer into smaller ones, each complete in itself (WR-17).
///
/// It needs only the bundle: a graph is an entry to which no other refers, with everything that it leads to. The same
/// bundle is always divided the same way, into the same ids.
struct BundleDivider: Sendable {
    let identities: Identities

    /// Parts of about half the size or less, each with what it refers to and its Provenance; nil when the bundle is a
    /// single graph.
    func parts(of bundle: [UInt8]) -> [(bytes: [UInt8], entries: Int)]? {
        guard let json = try? JSONParser.parse(bundle), let head = json.object,
            let sent = SentEntries(json["entry"]?.elements ?? [])
        else { return nil }
        let groups = groups(of: sent)
        guard groups.count > 1 else { return nil }
        return groups.map { group in
            let entries = entries(of: group, sent)
            var part = head
            part["entry"] = .array(entries)
            return (JSONValue.object(part).serialized(), entries.count)
        }
    }

    /// Groups of graphs, up to half of the entries and bytes each; a larger graph is a group of its own.
    private func groups(of sent: SentEntries) -> [[Int]] {
        let common = sent.common
        let most = sent.indices.count / 2
        let mostBytes = sent.weight(of: Array(sent.indices)) / 2
        var groups: [[Int]] = []
        var group = Set<Int>()
        for seed in sent.seeds {
            let joined = group.union(sent.closure(of: seed)).subtracting(common)
            let all = Array(joined.union(common))
            if !group.isEmpty, all.count + sent.witnesses.count > most || sent.weight(of: all) > mostBytes {
                groups.append(group.union(common).sorted())
                group = sent.closure(of: seed).subtracting(common)
            } else {
                group = joined
            }
        }
        return group.isEmpty ? groups : groups + [group.union(common).sorted()]
    }

    /// The entries of a part in order, with each Provenance reduced to those entries.
    private func entries(of group: [Int], _ sent: SentEntries) -> [JSONValue] {
        let there = Set(group.map { sent.locations[$0] })
        return group.map { sent.entries[$0] } + sent.witnesses.compactMap { witness(sent.entries[$0], there, sent) }
    }

    /// A Provenance of the entries that are there. With all its targets it stays as it is; with some it gets an id of
    /// its own, so that it does not replace the one that names the others.
    private func witness(_ entry: JSONValue, _ there: Set<String>, _ sent: SentEntries) -> JSONValue? {
        guard var resource = entry["resource"]?.object, let location = entry["request"]?["url"]?.string else {
            return nil
        }
        let targets = resource["target"]?.elements ?? []
        var present = targets.filter { target in
            guard let place = target["reference"]?.string else { return true }
            return there.contains(place) || !sent.places.contains(place)
        }
        guard present.count < targets.count else { return entry }
        if present.isEmpty {
            // Our own Provenance of retractions by deletion has the sender as its target.
            guard SentEntries.isOwn(entry), let who = resource["agent"]?[0]?["who"] else { return nil }
            present = [who]
        }
        if SentEntries.isOrigin(entry) {
            // One entity for each target, in the same order.
            let entities = resource["entity"]?.elements ?? []
            var sources = zip(targets, entities).filter { present.contains($0.0) }.map(\.1)
            // The first entity states the format of all (PV-09), even if another one was first before.
            if let format = entities.first?["extension"], var first = sources.first?.object {
                first["extension"] = format
                sources[0] = .object(first)
            }
            resource["entity"] = .array(sources)
        }
        let words = present.compactMap { $0["reference"]?.string }.joined(separator: " ")
        let place = "Provenance/" + identities.derived("part of a provenance", location, words)
        resource["id"] = .string(String(place.dropFirst("Provenance/".count)))
        resource["target"] = .array(present)
        return renamed(entry, .object(resource), from: location, to: place)
    }

    private func renamed(_ entry: JSONValue, _ resource: JSONValue, from old: String, to new: String) -> JSONValue? {
        guard var entry = entry.object, var request = entry["request"]?.object else { return nil }
        request["url"] = .string(new)
        if let url = entry["fullUrl"]?.string, url.hasSuffix(old) {
            entry["fullUrl"] = .string(url.dropLast(old.count) + new)
        }
        entry["resource"] = resource
        entry["request"] = .object(request)
        return .object(entry)
    }
}
