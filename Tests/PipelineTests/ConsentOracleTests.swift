import FHIR
import Foundation
import PDex
import Testing

@Suite("Consent decides as an oracle that was written apart from it")
struct ConsentOracleTests {
    /// `make consents` asks for all of the 100,000.
    private static let sets = ProcessInfo.processInfo.environment["PDEX_CONSENT_SETS"].flatMap(Int.init) ?? 1500
    private static let clinic = party("clinic0", "1234567893")
    private static let payer = party("med0", "1003000126")
    private static let now = Instant("2026-06-01T02:15:00Z") ?? Instant(milliseconds: 0)

    @Test(
        "random sets of consents are never permitted where the oracle does not permit",
        arguments: ConsentPolicy.allCases)
    func falsePermits(policy: ConsentPolicy) throws {
        var random = Numbers(state: policy == .optIn ? 11 : 12)
        let oracle = ConsentOracle(
            clinic: Self.clinic.npi, payer: Self.payer.npi, today: "2026-06-01", isOptOut: policy == .optOut)
        var (falsePermits, falseDenials, tooWide, permits) = (0, 0, 0, 0)
        for _ in 0..<Self.sets {
            let consents = (0..<random.below(5)).map { _ in
                RandomConsent.make(&random, clinic: Self.clinic.npi, payer: Self.payer.npi)
            }
            let (permitted, sensitive) = try Self.decide(consents, policy)
            let expected = oracle.permits(consents)
            falsePermits += permitted && !expected ? 1 : 0
            falseDenials += !permitted && expected ? 1 : 0
            tooWide += sensitive && !oracle.permitsSensitive(consents) ? 1 : 0
            permits += permitted ? 1 : 0
        }
        #expect(falsePermits == 0)
        #expect(falseDenials == 0)
        #expect(tooWide == 0)
        // Otherwise nothing was tried.
        #expect(permits * 15 > Self.sets)
    }

    @Test("one more consent never makes a permit of what it denies, and no order of them changes anything")
    func monotone() throws {
        var random = Numbers(state: 13)
        for _ in 0..<500 {
            let consents = (0..<3).map { _ in
                RandomConsent.make(&random, clinic: Self.clinic.npi, payer: Self.payer.npi)
            }
            let decided = try Self.decide(consents, .optOut)
            #expect(try Self.decide(consents.reversed(), .optOut) == decided)
            #expect(try Self.decide(consents + [nil], .optOut) == (false, false))
        }
    }

    private static func decide(
        _ consents: [JSONValue?], _ policy: ConsentPolicy
    ) throws -> (permitted: Bool, sensitive: Bool) {
        let recorded = try consents.enumerated().map { index, json in
            ConsentDecision.Recorded(
                resource: StagedResource(
                    key: ResourceKey(bits: Int64(index + 1)), source: "med0", type: "Consent", id: "c\(index)",
                    versionID: "1", lastUpdated: json?["meta"]?["lastUpdated"]?.string.flatMap { Instant($0) },
                    patient: ResourceKey(bits: 99), contentHash: Int64(index),
                    bytes: []),
                consent: try json.map { Consent(try Resource($0)) })
        }
        let decision = ConsentDecision.deciding(
            recorded, policy: policy, discloser: clinic, recipient: payer, now: now)
        if case .permit(_, let sensitive) = decision { return (true, sensitive) }
        return (false, false)
    }

    private static func party(_ name: String, _ npi: String) -> Party {
        Party(name: name, base: "https://\(name).example", npi: npi, organization: name, identifierSystem: "urn:x")
    }
}
