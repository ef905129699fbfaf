import Foundation
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// The suite uses 600; `make populations` uses 10,000.
@Suite("Whose data it is, in many populations")
struct PopulationTests {
    /// What became of the charts of some populations.
    struct Count {
        var right = 0
        var parked = 0
        var nobody = 0
        var missed = 0
        var followed = 0
        var wrong: [String] = []
        var guessed: [String] = []
        var lost: [String] = []

        static func += (left: inout Count, right: Count) {
            left.right += right.right
            left.parked += right.parked
            left.nobody += right.nobody
            left.missed += right.missed
            left.followed += right.followed
            left.wrong += right.wrong
            left.guessed += right.guessed
            left.lost += right.lost
        }
    }

    @Test("nobody is taken for somebody else, and what cannot be decided is parked")
    func nobodyIsTakenForAnother() async throws {
        let terms = try Night([], mappings: usCoreMappings).pipeline.terms
        let each = Int(ProcessInfo.processInfo.environment["PDEX_POPULATIONS"] ?? "").map { $0 / 4 } ?? 150
        let total = try await withThrowingTaskGroup(of: Count.self) { group in
            for part in 0..<4 {
                group.addTask {
                    var count = Count()
                    for seed in 0..<each { count += try Self.count(UInt64(part * each + seed + 1), terms) }
                    return count
                }
            }
            return try await group.reduce(into: Count()) { $0 += $1 }
        }
        #expect(total.wrong == [])
        #expect(total.guessed == [])
        #expect(total.right > each * 8)
        #expect(total.parked > each * 2)
        #expect(total.followed > each)
        print(
            "\(each * 4) populations: \(total.right) recognised, \(total.parked) parked, \(total.nobody) no members, "
                + "\(total.missed) members not recognised, \(total.followed) merged charts followed")
    }

    @Test("a merge that came undone is parked on both sides, whatever the numbers say")
    func unmerged() throws {
        let terms = try Night([], mappings: usCoreMappings).pipeline.terms
        var parked = 0
        for seed in UInt64(1)...300 {
            let population = try Population(seed: seed)
            var directory = Directory(charts: population.charts, records: population.records, terms: terms)
            for (id, other) in population.owners.keys.sorted().adjacentPairs where population.merged[id] == nil {
                directory.before = [
                    Directory.patient(id): MatchEvidence(
                        member: nil, rule: "member-id", value: nil, via: Directory.patient(other))
                ]
                let outcomes = try [id, other].map { try directory.outcome(of: $0) }
                #expect(outcomes.allSatisfy(\.isUnmerged) || population.merged[other] != nil)
                parked += outcomes.count { $0.isUnmerged }
            }
        }
        #expect(parked > 1_000)
    }

    @Test("who somebody is by what was kept, they are by the records, too")
    func keptOrRead() throws {
        let terms = try Night([], mappings: usCoreMappings).pipeline.terms
        var decided = 0
        for seed in UInt64(1)...150 {
            let population = try Population(seed: seed)
            var directory = Directory(charts: population.charts, records: population.records, terms: terms)
            let kept = try population.owners.keys.sorted().map { try directory.outcome(of: $0).words }
            directory.isKeeping = false
            let read = try population.owners.keys.sorted().map { try directory.outcome(of: $0).words }
            #expect(kept == read, "seed \(seed)")
            decided += Set(kept).count
        }
        #expect(decided > 1_000)
    }

    private static func count(_ seed: UInt64, _ terms: ExchangeTerms) throws -> Count {
        let population = try Population(seed: seed)
        let directory = Directory(charts: population.charts, records: population.records, terms: terms)
        var count = Count()
        for (id, owner) in population.owners {
            let person = population.people[owner]
            let outcome = try directory.outcome(of: id)
            let isOwn = outcome.member == Directory.member("m\(owner)")
            count.right += isOwn ? 1 : 0
            count.followed += isOwn && population.merged[id] != nil ? 1 : 0
            count.parked += outcome.isUnsure ? 1 : 0
            count.nobody += outcome.isNobody && !person.isMember ? 1 : 0
            count.missed += outcome.isNobody && person.isMember ? 1 : 0
            if outcome.member != nil, !(isOwn && person.isMember) { count.wrong.append("seed \(seed), chart \(id)") }
            if let reasons = population.undecidable[id], !(outcome.doubt.map(reasons.contains) ?? false) {
                count.guessed.append("seed \(seed), chart \(id): \(outcome.doubt?.rawValue ?? "-")")
            }
        }
        return count
    }
}

extension Recognition.Outcome {
    /// The whole result.
    fileprivate var words: String {
        switch self {
        case .recognised(let covered, let evidence): "\(evidence) by \(covered.coverages) \(covered.isPayorKnown)"
        case .nobody(let code, let why): "\(code) \(why)"
        case .unsure(let code, let why, let evidence): "\(code) \(why) \(String(describing: evidence))"
        }
    }

    fileprivate var member: ResourceKey? {
        if case .recognised(_, let evidence) = self { evidence.member } else { nil }
    }

    fileprivate var isUnsure: Bool { doubt != nil }

    fileprivate var doubt: FaultCode? { if case .unsure(let code, _, _) = self { code } else { nil } }

    fileprivate var isNobody: Bool { if case .nobody = self { true } else { false } }

    fileprivate var isUnmerged: Bool { if case .unsure(.matchUnmerged, _, _) = self { true } else { false } }
}

extension Array {
    /// Each element with the next one.
    fileprivate var adjacentPairs: [(Element, Element)] { Array<(Element, Element)>(zip(self, dropFirst())) }
}
