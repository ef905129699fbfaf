import FHIR
import Foundation
import PDex
import Testing

@Suite("Consent decides as an oracle that was written apart from it")
struct ConsentOracleTests {
    /// `make consents` runs all of the 100,000.
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
        // Otherwise the test would have tried nothing.
        #expect(permits * 15 > Self.sets)
    }

    @Test(
        "beside forms that the clinic keeps, what the oracle does not permit is not permitted either, and the other way",
        arguments: ConsentPolicy.allCases)
    func clinicForms(policy: ConsentPolicy) throws {
        var random = Numbers(state: policy == .optIn ? 21 : 22)
        let oracle = ConsentOracle(
            clinic: Self.clinic.npi, payer: Self.payer.npi, today: "2026-06-01", isOptOut: policy == .optOut)
        var (falsePermits, falseDenials, permits, objected) = (0, 0, 0, 0)
        for _ in 0..<Self.sets {
            let consents = (0..<(policy == .optIn ? 2 : random.below(2))).map { _ in
                RandomConsent.make(&random, clinic: Self.clinic.npi, payer: Self.payer.npi)
            }
            let forms = (0..<random.below(4)).map { _ in
                RandomClinicForm.make(&random, clinic: Self.clinic.npi, payer: Self.payer.npi)
            }
            let (permitted, _) = try Self.decide(consents, policy, beside: forms)
            let expected = oracle.permits(consents, beside: forms)
            falsePermits += permitted && !expected ? 1 : 0
            falseDenials += !permitted && expected ? 1 : 0
            permits += permitted ? 1 : 0
            objected += !permitted && oracle.permits(consents) ? 1 : 0
        }
        #expect(falsePermits == 0)
        #expect(falseDenials == 0)
        // Otherwise the test would have tried nothing.
        #expect(permits * 30 > Self.sets && objected * 30 > Self.sets)
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
        _ consents: [JSONValue?], _ policy: ConsentPolicy, beside forms: [JSONValue?] = []
    ) throws -> (permitted: Bool, sensitive: Bool) {
        let decision = ConsentDecision.deciding(
            try recorded(consents, 1), disclosers: try recorded(forms, 1000), policy: policy, discloser: clinic,
            recipient: payer, now: now)
        if case .permit(_, let sensitive) = decision { return (true, sensitive) }
        return (false, false)
    }

    private static func recorded(_ consents: [JSONValue?], _ first: Int64) throws -> [ConsentDecision.Recorded] {
        try consents.enumerated().map { index, json in
            ConsentDecision.Recorded(
                resource: StagedResource(
                    key: ResourceKey(bits: Int64(index) + first), source: "x", type: "Consent", id: "c\(index)",
                    versionID: "1", lastUpdated: json?["meta"]?["lastUpdated"]?.string.flatMap { Instant($0) },
                    patient: ResourceKey(bits: 99), contentHash: Int64(index),
                    bytes: []),
                consent: try json.map { Consent(try Resource($0)) })
        }
    }

    private static func party(_ name: String, _ npi: String) -> Party {
        Party(name: name, base: "https://\(name).example", npi: npi, organization: name, identifierSystem: "urn:x")
    }
}
