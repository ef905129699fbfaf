import FHIR
import PDex

/// What scripted clinics and payers share: resources that can be searched and read.
struct ScriptedServer: Sendable {
    private(set) var resources: [String: Resource] = [:]
    private var changed: [String: Instant] = [:]
    /// The keys of each type, and of each type and patient, sorted: a large town is searched often.
    private var keys: [String: [String]] = [:]

    mutating func put(_ resource: Resource, at instant: Instant) {
        let key = "\(resource.type)/\(resource.id ?? "")"
        unlist(key)
        resources[key] = resource
        changed[key] = instant
        for list in Self.lists(of: resource) {
            let place = Self.place(of: key, in: keys[list] ?? [])
            keys[list, default: []].insert(key, at: place)
        }
    }

    mutating func remove(_ type: String, _ id: String) {
        unlist("\(type)/\(id)")
        resources["\(type)/\(id)"] = nil
    }

    private mutating func unlist(_ key: String) {
        guard let resource = resources[key] else { return }
        for list in Self.lists(of: resource) {
            let place = Self.place(of: key, in: keys[list] ?? [])
            keys[list]?.remove(at: place)
        }
    }

    private static func lists(of resource: Resource) -> [String] {
        [resource.type] + (patient(of: resource).map { [resource.type + " " + $0] } ?? [])
    }

    /// The index of a key among sorted keys, or where it would be.
    private static func place(of key: String, in keys: [String]) -> Int {
        var range = keys.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = keys[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    func all(_ type: String, since: Instant? = nil, until: Instant? = nil) -> [Resource] {
        all(inList: type, since: since, until: until)
    }

    private func all(inList list: String, since: Instant? = nil, until: Instant? = nil) -> [Resource] {
        (keys[list] ?? []).compactMap { key in
            guard let resource = resources[key] else { return nil }
            if let since, let at = changed[key], at < since { return nil }
            if let until, let at = changed[key], at > until { return nil }
            return resource
        }
    }

    func page(of query: SearchQuery, at instant: Instant) -> SearchPage {
        let path = query.path.split(separator: "/")
        if path.count == 3, path[2] == "$everything" {
            return everything(String(path[1]), of: query, at: instant)
        }
        let patient = query.value(of: "patient").map { query.path + " Patient/" + $0 }
        var found = all(inList: patient ?? query.path)
        for parameter in query.parameters {
            switch parameter.name {
            case "_id": found = found.filter { parameter.value.split(separator: ",").contains(Substring($0.id ?? "")) }
            case "_lastUpdated":
                let since = Instant(String(parameter.value.dropFirst(2)))
                found = found.filter { item in
                    (changed["\(item.type)/\(item.id ?? "")"]).map { at in since.map { at >= $0 } ?? true } ?? true
                }
            case "target":
                let wanted = Set(parameter.value.split(separator: ",").map(String.init))
                found = found.filter { !Self.targets(of: $0).isDisjoint(with: wanted) }
            case "identifier": found = found.filter { Self.tokens(of: $0).contains(parameter.value) }
            default: break
            }
        }
        var entries = found.map { SearchPage.Entry(bytes: $0.serialized(), mode: .match) }
        let inclusions = query.parameters.filter { $0.name == "_include" }.compactMap {
            $0.value.split(separator: ":").last
        }
        for name in inclusions {
            let holders = found.compactMap { $0[String(name)] }.flatMap { $0.elements.isEmpty ? [$0] : $0.elements }
            let included = Set(holders.compactMap { $0["reference"]?.string })
            entries += included.sorted().compactMap { resources[$0] }
                .map { SearchPage.Entry(bytes: $0.serialized(), mode: .include) }
        }
        if query.parameters.contains(where: { $0.name == "_revinclude" && $0.value == "Provenance:target" }) {
            let matches = Set(found.map { "\($0.type)/\($0.id ?? "")" })
            entries += all("Provenance").filter { !Self.targets(of: $0).isDisjoint(with: matches) }
                .map { SearchPage.Entry(bytes: $0.serialized(), mode: .include) }
        }
        return SearchPage(
            entries: entries, next: nil, total: found.count, serverTime: instant,
            byteCount: entries.reduce(0) { $0 + $1.bytes.count })
    }

    private func everything(_ patient: String, of query: SearchQuery, at instant: Instant) -> SearchPage {
        let types = query.value(of: "_type").map { Set($0.split(separator: ",").map(String.init)) }
        let since = query.value(of: "_since").flatMap { Instant($0) }
        let own = resources.values.filter {
            ($0.type == "Patient" && $0.id == patient) || Self.patient(of: $0) == "Patient/" + patient
        }
        let shared = resources.values.filter { SharedTypes.contains($0.type) }
        let asked = (own + shared).filter { item in
            let isNew = since.map { changed["\(item.type)/\(item.id ?? "")"] ?? $0 >= $0 } ?? true
            return types?.contains(item.type) ?? true && isNew
        }
        let entries = asked.sorted { ($0.type, $0.id ?? "") < ($1.type, $1.id ?? "") }
            .map { SearchPage.Entry(bytes: $0.serialized(), mode: .match) }
        return SearchPage(
            entries: entries, next: nil, total: nil, serverTime: instant,
            byteCount: entries.reduce(0) { $0 + $1.bytes.count })
    }

    private static func targets(of provenance: Resource) -> Set<String> {
        Set((provenance["target"]?.elements ?? []).compactMap { $0["reference"]?.string })
    }

    static func patient(of resource: Resource) -> String? {
        resource["subject"]?["reference"]?.string ?? resource["patient"]?["reference"]?.string
            ?? resource["beneficiary"]?["reference"]?.string
            // A logical reference, which this server resolves.
            ?? resource["patient"]?["identifier"]?["value"]?.string.map { "Patient/" + $0 }
    }

    private static func tokens(of resource: Resource) -> [String] {
        (resource["identifier"]?.elements ?? []).compactMap(Identifier.init).compactMap { identifier in
            identifier.value.map { (identifier.system.map { $0 + "|" } ?? "") + $0 }
        }
    }
}

extension SearchQuery {
    fileprivate func value(of name: String) -> String? { parameters.first { $0.name == name }?.value }
}
