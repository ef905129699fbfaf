import FHIR
import PDex

/// Indexes a payer's members by every way of recognising them; values are kept as keyed hashes only.
struct MemberIndex: Sendable {
    let terms: ExchangeTerms
    let store: any Store
    let identities: Identities

    /// Makes the links of every member anew, so that none outlives the record it came from.
    func rebuild() async throws {
        let source = terms.payer.name
        var last: ResourceKey?
        while true {
            let after = last
            let page = try await store.read { reader in
                try reader.patients(ofSource: source, after: after, limit: 500).map { member in
                    (member, links(of: try reader.compartment(of: member)))
                }
            }
            guard let end = page.last else { return }
            try await store.write { writer in
                for (member, links) in page {
                    try writer.unlink(member)
                    try writer.link(member, by: links)
                }
            }
            last = end.0
        }
    }

    private func links(of compartment: [StagedResource]) -> [Int64] {
        let patient = compartment.first { $0.type == "Patient" }.flatMap { try? Resource(parsing: $0.bytes) }
        var links: Set<Int64> = []
        if let demographics = patient.flatMap(MemberTraits.demographics) {
            links.insert(link(.demographics, demographics))
        }
        for staged in compartment where staged.type == "Coverage" {
            guard let resource = try? Resource(parsing: staged.bytes) else { continue }
            let coverage = Coverage(resource)
            for identifier in coverage.memberIdentifiers {
                if let token = MemberTraits.token(identifier) { links.insert(link(.memberID, token)) }
            }
            if let subscriber = coverage.subscriberID, let born = patient?["birthDate"]?.string {
                links.insert(link(.subscriberID, MemberTraits.subscriber(subscriber, born: born)))
            }
        }
        return links.sorted()
    }

    private func link(_ rule: MatchRule, _ value: String) -> Int64 {
        identities.linkKey(source: terms.payer.name, by: rule.rawValue, value: value)
    }
}
