import FHIR

/// The entries of a bundle as it was made, and how they are connected.
struct SentEntries {
    let entries: [JSONValue]
    /// `Type/id` of each entry.
    let locations: [String]
    /// Each location once.
    let places: Set<String>
    /// The entries other than Provenance.
    let indices: [Int]
    /// The Provenance entries.
    let witnesses: [Int]
    private let weights: [Int]
    private let references: [[Int]]

    /// Nil when an entry has no request URL, or two have the same.
    init?(_ entries: [JSONValue]) {
        self.entries = entries
        locations = entries.compactMap { $0["request"]?["url"]?.string }
        places = Set(locations)
        guard places.count == entries.count else { return nil }
        weights = entries.map { $0.serialized().count }
        let numbers = Dictionary(uniqueKeysWithValues: locations.enumerated().map { ($1, $0) })
        let locations = locations
        witnesses = entries.indices.filter { locations[$0].hasPrefix("Provenance/") }
        indices = entries.indices.filter { !locations[$0].hasPrefix("Provenance/") }
        var references = entries.map { entry in
            var found: [Int] = []
            entry["resource"]?.forEachReference { if let number = numbers[$0] { found.append(number) } }
            return found
        }
        // A Provenance goes where one of its targets goes, and takes along the entries that it names.
        for witness in witnesses {
            let targets = (entries[witness]["resource"]?["target"]?.elements ?? []).compactMap { target in
                target["reference"]?.string.flatMap { numbers[$0] }
            }
            let others = Set(references[witness]).subtracting(targets)
            for target in targets { references[target] += others.subtracting([target]).sorted() }
        }
        self.references = references
    }

    /// Whether it is our own Provenance of the part, which names the exchange.
    static func isOwn(_ entry: JSONValue) -> Bool {
        (entry["resource"]?["entity"]?.elements ?? []).contains { entity in
            entity["what"]?["identifier"]?["value"]?.string?.hasPrefix("urn:pdex:exchange:") == true
        }
    }

    /// Whether it is our own Provenance of an origin.
    static func isOrigin(_ entry: JSONValue) -> Bool {
        let policies = entry["resource"]?["policy"]?.elements ?? []
        return !isOwn(entry)
            && policies.contains { $0.string?.hasPrefix(ProvenanceWriter.Mapping.prefix) == true }
    }

    /// The entries that every part has: the sender, as our Provenance says, and what that refers to.
    var common: Set<Int> {
        var common: Set<Int> = []
        for witness in witnesses where Self.isOwn(entries[witness]) {
            for agent in entries[witness]["resource"]?["agent"]?.elements ?? [] {
                guard let place = agent["who"]?["reference"]?.string, let number = locations.firstIndex(of: place)
                else { continue }
                common.formUnion(closure(of: number))
            }
        }
        return common
    }

    /// The entries to which no other leads, in order, and one of each cycle.
    var seeds: [Int] {
        let common = common
        let own = indices.filter { !common.contains($0) }
        let led = Set(own.flatMap { from in references[from].filter { $0 != from } })
        var seeds = own.filter { !led.contains($0) }
        var seen = seeds.reduce(into: common) { $0.formUnion(closure(of: $1)) }
        for number in own where !seen.contains(number) {
            let closure = closure(of: number)
            // Entries taken from a cycle before may turn out to be reachable from here.
            seeds.removeAll(where: closure.contains)
            seeds.append(number)
            seen.formUnion(closure)
        }
        return seeds
    }

    /// An entry and everything that it leads to.
    func closure(of number: Int) -> Set<Int> {
        var found: Set<Int> = [number]
        var open = [number]
        while let next = open.popLast() {
            for reference in references[next] where found.insert(reference).inserted { open.append(reference) }
        }
        return found
    }

    /// The bytes of some entries.
    func weight(of numbers: [Int]) -> Int {
        numbers.reduce(0) { $0 + weights[$1] }
    }
}
