import FHIR

/// A bundle cut into waves: the requests of a wave do not depend on each other, and what they refer to was written in
/// an earlier one (WR-07).
///
/// Where references form a cycle, one resource comes before its target; if it is refused for that, it is written
/// without the elements that point ahead, and whole once everything is there. Deletions come first, as in a transaction
/// (WR-05), in reverse order.
struct DeliveryWaves: Sendable {
    /// One request of a wave.
    struct Step: Sendable, Hashable {
        /// The index of the entry.
        let entry: Int
        /// The later entries that it refers to.
        var ahead: Set<Int> = []
        /// Whether it writes an entry again, whole, in case it was written in part before.
        var isAgain = false
    }

    private(set) var waves: [[Step]] = []
    private let targets: [[Int]]

    init(_ entries: [FHIRBundle.Entry]) {
        targets = Self.targets(of: entries)
        waves = Self.deletions(in: entries)
        let start = waves.count
        var first: [Int: Int] = [:]
        var again: [Int] = []
        for entry in Self.order(entries, targets) {
            let missing = Set(targets[entry].filter { first[$0] == nil })
            let wave = targets[entry].compactMap { first[$0] }.map { $0 + 1 }.max() ?? start
            first[entry] = wave
            add(Step(entry: entry, ahead: missing), to: wave)
            if !missing.isEmpty { again.append(entry) }
        }
        for entry in again {
            add(
                Step(entry: entry, isAgain: true),
                to: ((targets[entry] + [entry]).compactMap { first[$0] }.max() ?? start) + 1)
        }
    }

    /// Whether an entry refers to one of `refused`.
    func refers(_ entry: Int, toOneOf refused: Set<Int>) -> Bool { targets[entry].contains(where: refused.contains) }

    private mutating func add(_ step: Step, to wave: Int) {
        while waves.count <= wave { waves.append([]) }
        waves[wave].append(step)
    }

    /// For each entry, the entries of the bundle that it refers to.
    private static func targets(of entries: [FHIRBundle.Entry]) -> [[Int]] {
        let places = places(of: entries)
        return entries.enumerated().map { index, entry in
            var found: [Int] = []
            entry.resource.map { JSONValue.object($0.json) }?.forEachReference { reference in
                guard let target = places[reference], target != index, !found.contains(target) else { return }
                found.append(target)
            }
            return found
        }
    }

    /// The written entry that each reference means.
    static func places(of entries: [FHIRBundle.Entry]) -> [String: Int] {
        var places: [String: Int] = [:]
        for (index, entry) in entries.enumerated() where entry.resource != nil {
            for name in [entry.request?.url, entry.fullURL].compactMap(\.self) where places[name] == nil {
                places[name] = index
            }
        }
        return places
    }

    /// Deletions in reverse order; adjacent ones of the same type share a wave.
    private static func deletions(in entries: [FHIRBundle.Entry]) -> [[Step]] {
        var waves: [[Step]] = []
        var type: Substring?
        for (index, entry) in entries.enumerated().reversed() {
            guard let request = entry.request, request.method == "DELETE" else { continue }
            let own = request.url.prefix { $0 != "/" }
            if own == type {
                waves[waves.count - 1].append(Step(entry: index))
            } else {
                waves.append([Step(entry: index)])
            }
            type = own
        }
        return waves
    }

    /// Depth first and without recursion: targets before the entries that refer to them; a cycle is cut where it was
    /// entered.
    private static func order(_ entries: [FHIRBundle.Entry], _ targets: [[Int]]) -> [Int] {
        var order: [Int] = []
        var seen: Set<Int> = []
        for start in entries.indices where entries[start].request?.method != "DELETE" && seen.insert(start).inserted {
            var path = [(entry: start, next: 0)]
            while let (entry, next) = path.last {
                if next < targets[entry].count {
                    path[path.count - 1].next += 1
                    let target = targets[entry][next]
                    if seen.insert(target).inserted { path.append((target, 0)) }
                } else {
                    order.append(entry)
                    path.removeLast()
                }
            }
        }
        return order
    }
}
