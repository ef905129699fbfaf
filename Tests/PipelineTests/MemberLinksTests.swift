import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("A value's ways to both parties")
struct MemberLinksTests {
    @Test("lie close to each other, and are never one", arguments: MatchRule.allCases)
    func close(rule: MatchRule) throws {
        let links = Self.links(clinic: "clinic0")
        for number in 0..<1000 {
            let pair = links.links(from: "value \(number)", by: rule)
            #expect(pair.toMembers != pair.toPatients)
            #expect(pair.toMembers >> 40 == pair.toPatients >> 40)
        }
    }

    @Test("lead to the same members for every clinic, and to the patients of each by another way")
    func clinics() {
        let pairs = (0..<1000).map { Self.links(clinic: "clinic\($0)").links(from: "urn:x|7", by: .memberID) }
        #expect(Set(pairs.map(\.toMembers)).count == 1)
        #expect(Set(pairs.map(\.toPatients)).count == 1000)
    }

    @Test("are others for another rule, another value and another payer")
    func others() {
        let links = Self.links(clinic: "clinic0")
        let pairs = [
            links.links(from: "7", by: .memberID), links.links(from: "7", by: .subscriberID),
            links.links(from: "8", by: .memberID),
            Self.links(clinic: "clinic0", payer: "med1").links(from: "7", by: .memberID),
        ]
        #expect(Set(pairs.flatMap { [$0.toMembers, $0.toPatients] }).count == 8)
    }

    private static func links(clinic: String, payer: String = "med0") -> MemberLinks {
        func party(_ name: String) -> Party {
            Party(
                name: name, base: "https://\(name).example/r4", npi: "1234567893", organization: name,
                identifierSystem: "https://\(name).example/id")
        }
        let terms = ExchangeTerms(
            job: "links", clinic: party(clinic), payer: party(payer),
            selection: .init(method: .auto, group: nil, types: ["Patient"], since: .all), matchBy: [.memberID],
            coverage: .file("coverage.ndjson"), consent: .file("consents.ndjson"),
            delivery: .init(kind: .transaction, maxEntries: 200, maxBytes: 5_000_000, perSecond: nil, concurrency: 1),
            retry: RetryPolicy())
        return MemberLinks(terms: terms, identities: Directory.identities)
    }
}
