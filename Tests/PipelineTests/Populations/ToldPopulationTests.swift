import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("Whose data it is, when the payer says so")
struct ToldPopulationTests {
    @Test("whatever a payer answers, nobody is taken for somebody of another name or birth date, and no two for one")
    func erringPayer() throws {
        let rules: [MatchRule] = [.memberID, .memberMatch]
        let terms = try Night([], mappings: usCoreMappings, matchBy: rules).pipeline.terms
        var count = (right: 0, parked: 0)
        for seed in UInt64(1)...400 {
            let population = try Population(seed: seed)
            var random = Numbers(state: seed &* 31)
            var directory = Directory(charts: population.charts, records: population.records, terms: terms)
            let members = population.people.filter(\.isMember)
            // For a member without a Patient there is the payer's answer, and nothing to compare it with.
            let known = members.filter(\.hasRecord)
            guard !known.isEmpty else { continue }
            for (id, owner) in population.owners.sorted(by: { $0.key < $1.key }) {
                // Half of the answers are right, where a right answer exists.
                let truth = members.first { $0.number == owner }
                let told = random.below(2) == 0 ? truth : known[random.below(known.count)]
                if let told { directory.answered.append(Self.answer(id, told.number, terms)) }
            }
            var taken: Set<ResourceKey> = []
            for (id, owner) in population.owners {
                switch try directory.outcome(of: id) {
                case .recognised(_, let evidence) where evidence.rule == MatchRule.memberMatch.rawValue:
                    let member = members.first { Directory.member("m\($0.number)") == evidence.member }
                    #expect(member?.face == population.people[owner].face, "seed \(seed), chart \(id)")
                    if evidence.via == nil, let key = evidence.member {
                        #expect(taken.insert(key).inserted, "seed \(seed), chart \(id)")
                    }
                    count.right += 1
                case .unsure: count.parked += 1
                case .recognised, .nobody: break
                }
            }
        }
        #expect(count.right > 200)
        #expect(count.parked > 400)
    }

    private static func answer(_ chart: String, _ member: Int, _ terms: ExchangeTerms) -> MemberMatch {
        MemberMatch(
            route: terms.route, patient: Directory.patient(chart), outcome: .matched, question: 1, attempts: 1,
            member: Directory.member("m\(member)"), identifier: Card.umb, detail: "told",
            at: Instant(milliseconds: 0))
    }
}
