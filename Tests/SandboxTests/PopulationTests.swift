import FHIR
import PDex
import Serving
import Testing

@testable import Sandbox

@Suite("The invented population")
struct PopulationTests {
    private static let asOf = Instant("2026-03-02T00:00:00Z") ?? Instant(seconds: 0)

    /// A population with its resources by `Type/id`.
    struct Records {
        var clinic: [[UInt8]] = []
        var payer: [[UInt8]] = []

        init(seed: UInt64 = 1, members: Int) {
            let population = Population(seed: seed, members: members, asOf: asOf)
            population.forEachClinicResource { clinic.append($0) }
            population.forEachPayerResource { payer.append($0) }
        }

        func resources(_ bytes: [[UInt8]]) throws -> [String: Resource] {
            try Dictionary(
                uniqueKeysWithValues: bytes.map { try Resource(parsing: $0) }.map { ("\($0.type)/\($0.id ?? "")", $0) })
        }
    }

    @Test("is the same, byte for byte, for the same seed, and another for another", arguments: [1, 12, 60])
    func deterministic(members: Int) {
        let first = Records(members: members)

        #expect(first.clinic == Records(members: members).clinic)
        #expect(first.payer == Records(members: members).payer)
        #expect(first.clinic != Records(seed: 2, members: members).clinic)
    }

    @Test("is made by a generator whose numbers never change")
    func generator() {
        var random = RandomSource(seed: 1, stream: 0)

        #expect((0..<3).map { _ in random.next() } == Self.firstNumbers)
        #expect((0..<1_000).allSatisfy { _ in 3...9 ~= random.number(in: 3...9) })
        #expect(random.below(0) == 0)
    }

    /// Recorded once; they follow from the published algorithms.
    private static let firstNumbers: [UInt64] = [
        12_966_619_160_104_079_557, 9_600_361_134_598_540_522, 10_590_380_919_521_690_900,
    ]

    @Test("has valid resources and no reference that leads nowhere, on either side")
    func references() throws {
        let records = Records(members: 40)
        for bytes in [records.clinic, records.payer] {
            let resources = try records.resources(bytes)
            for resource in resources.values {
                JSONValue.object(resource.json).forEachReference { text in
                    let isForeign = text.hasPrefix("https://med0.example/")
                    #expect(isForeign || resources[text] != nil, "\(text)")
                }
            }
            #expect(try bytes.allSatisfy { try ResourceScan.scan($0).lastUpdated ?? .latest <= Self.asOf })
        }
    }

    @Test("has about twenty-five resources a member")
    func size() {
        let count = Records(members: 500).clinic.count

        #expect(11_000...13_500 ~= count)
    }

    @Test("has NPIs with the right check digit")
    func npis() throws {
        let records = Records(members: 1)
        let values = try records.resources(records.clinic).values
            .flatMap { $0["identifier"]?.elements ?? [] }.compactMap { Identifier($0) }
            .filter { $0.system == NPI.system }.compactMap(\.value)

        #expect(values.count == 11)
        #expect(values.allSatisfy { $0.utf8.count == 10 && Self.isLuhn("80840" + $0) })
        #expect(!Self.isLuhn("808401234567890"))
    }

    /// ISO/IEC 7812: every second digit from the right is doubled, and the digits of all add up to a multiple of ten.
    private static func isLuhn(_ digits: String) -> Bool {
        let values = digits.reversed().compactMap(\.wholeNumberValue).enumerated().map { place, digit in
            place.isMultiple(of: 2) ? digit : digit * 2 / 10 + digit * 2 % 10
        }
        return values.reduce(0, +).isMultiple(of: 10)
    }

    @Test("has Joe Smith, covered and consenting, with a visit in the last weeks", arguments: [1, 5, 12, 50])
    func joeSmith(members: Int) throws {
        let records = Records(members: members)
        let clinic = try records.resources(records.clinic)
        let payer = try records.resources(records.payer)

        let joe = try #require(clinic["Patient/pat-000001"])
        let visit = try #require(clinic["Encounter/enc-000001-1"]?["period"]?["start"]?.string.flatMap { FHIRDate($0) })
        #expect(joe["name"]?[0]?["given"] == ["Joe"])
        #expect(joe["birthDate"] == "1979-04-02")
        #expect(joe["identifier"]?[1]?["value"]?.string == SpecialMember.joeSmith.memberID)
        #expect(joe["identifier"]?[1]?["type"]?["coding"]?[0]?["code"] == "MB")
        #expect(visit.earliest > Self.asOf.adding(milliseconds: -25 * 86_400_000))
        #expect(payer["Patient/mem-000001"]?["name"] == joe["name"])
        #expect(payer["Coverage/cov-000001"]?["status"] == "active")
        #expect(payer["Consent/consent-000001"]?["status"] == "active")
    }

    @Test("has the members whose stories the tests rely on")
    func specials() throws {
        let records = Records(members: 13)
        let clinic = try records.resources(records.clinic)
        let payer = try records.resources(records.payer)
        func same(_ a: SpecialMember, _ b: SpecialMember) -> Bool {
            let (a, b) = (clinic["Patient/\(a.patientID)"], clinic["Patient/\(b.patientID)"])
            return a?["name"] == b?["name"] && a?["birthDate"] == b?["birthDate"] && a?["gender"] == b?["gender"]
        }
        func memberIDs(_ member: SpecialMember) -> Int {
            (clinic["Patient/\(member.patientID)"]?["identifier"]?.elements.count ?? 0) - 1
        }

        #expect(same(.joeSmith, .twinElsewhere) && memberIDs(.twinElsewhere) == 0)
        #expect(payer["Patient/mem-000013"] == nil && payer["Coverage/cov-000013"] == nil)
        #expect(same(.twinA, .twinB) && same(.ambiguousA, .ambiguousB) && !same(.twinA, .ambiguousA))
        #expect([.twinA, .twinB, .ambiguousA, .ambiguousB].map(memberIDs) == [1, 1, 0, 0])
        #expect(payer["Consent/consent-000006"]?["status"] == "inactive")
        #expect(payer["Consent/consent-000007"]?["provision"]?["period"]?["end"]?.string ?? "9" < "2026-03-02")
        #expect(payer["Consent/consent-000008"] == nil)
        #expect(payer["Coverage/cov-000009"]?["period"]?["end"] == "2023-12-22")
        #expect(payer["Coverage/cov-000010"] == nil)
        #expect(payer["Consent/consent-000010"] != nil)
        #expect(clinic["Encounter/enc-000011-2"]?["status"] == "finished")
        #expect(clinic["Encounter/enc-000011-2"]?["period"] == nil)
        #expect(
            clinic["Encounter/enc-000012-2"]?["meta"]?["security"]?.elements.compactMap { $0["code"]?.string } == [
                "PSY", "R",
            ])
        #expect(clinic["Observation/obs-000012-1-lab"]?["status"] == "entered-in-error")
        #expect(
            clinic.values.filter { $0["meta"]?["security"] != nil }.allSatisfy { $0.id?.contains("000012-2") == true })
    }

    @Test("has Consents as HRex wants them")
    func consents() throws {
        let records = Records(members: 1)
        let consent = try #require(try records.resources(records.payer)["Consent/consent-000001"])

        let provision = consent["provision"]
        let roles = (provision?["actor"]?.elements ?? []).compactMap { $0["role"]?["coding"]?[0]?["code"]?.string }
        let npis = (provision?["actor"]?.elements ?? []).compactMap { $0["reference"]?["identifier"]?["value"]?.string }
        #expect(consent["scope"]?["coding"]?[0]?["code"] == "patient-privacy")
        #expect(consent["category"]?.elements.compactMap { $0["coding"]?[0]?["code"] } == ["IDSCL"])
        #expect(consent["performer"]?.elements.count == 1)
        #expect(consent["sourceReference"]?["reference"]?.string?.contains("/DocumentReference/") == true)
        #expect(consent["policy"]?[0]?["uri"]?.string?.hasSuffix("hrex-consent.html#regular") == true)
        #expect(provision?["type"] == "permit")
        #expect(provision?["period"]?["start"] == "2025-01-25")
        #expect(provision?["period"]?["end"] == "2027-03-01")
        #expect(provision?["action"]?[0]?["coding"]?[0]?["code"] == "disclose")
        #expect(roles == ["performer", "IRCP"])
        #expect(npis == ["1234567893", "1003000126"])
        #expect(Set(provision?.object?.keys ?? []) == ["type", "period", "actor", "action"])
    }

    @Test("gives no two of its people the same name and birth date but the two pairs")
    func names() throws {
        let records = Records(members: 1_000)
        let patients = try records.resources(records.payer).values.filter { $0.type == "Patient" }

        let people = patients.map {
            [$0["name"]?[0]?["family"], $0["name"]?[0]?["given"]?[0], $0["birthDate"]].map { $0?.string }
        }

        #expect(people.count == 999)
        #expect(Set(people).count == 997)
    }
}
