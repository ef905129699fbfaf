import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// What a payer that has a chart's Patient learns when the clinic merges that chart into another.
@Suite("Who took a merged Patient's place is told to the payer")
struct ToldOfMergeTests {
    /// The chart that Joe's is merged into.
    private static let joseph = NamedMember("joseph", "Joe", "Smith", born: "1979-04-02", memberID: "M0-1")
    /// A person who is nobody's member, into whom Joe may be merged.
    private static let sam = NamedMember("sam", "Sam", "Lind", born: "1981-01-01", memberID: nil)

    @Test("the merged Patient says by whom it was replaced, once the payer has that one, and says it once")
    func told() async throws {
        let night = try await Self.delivered()
        try Self.merge(into: Self.joseph, night)

        for _ in 0..<2 { #expect(try await Self.next(night).balanced) }

        #expect(Self.told(night) == Self.link(to: "joseph", night))
        #expect(Self.held("joseph", night)?["link"] == nil)
        let count = night.payer.received.count
        for _ in 0..<2 { _ = try await Self.next(night) }
        #expect(night.payer.received.count == count)
    }

    @Test("it is told of the Patient alone when every visit has moved to the other chart, too")
    func moved() async throws {
        let night = try await Self.delivered()
        try Self.merge(into: Self.joseph, night)
        try Self.moveVisits(night)

        for _ in 0..<2 { _ = try await Self.next(night) }

        #expect(Self.told(night) == Self.link(to: "joseph", night))
        let owners = night.payer.held.values.filter { $0.type == "Encounter" }
            .compactMap { $0["subject"]?["reference"]?.string }
        #expect(Set(owners) == Set(["joseph", "ada"].map { Self.place($0, night) }))
        let count = night.payer.received.count
        for _ in 0..<2 { _ = try await Self.next(night) }
        #expect(night.payer.received.count == count)
    }

    @Test("of a survivor whom the payer does not have nothing is told until it has")
    func later() async throws {
        let night = try await Self.delivered()
        try Self.merge(into: Self.joseph, records: 1, night)
        for _ in 0..<2 { _ = try await Self.next(night) }
        #expect(Self.told(night) == nil)

        try Self.moveVisits(night)
        for _ in 0..<2 { _ = try await Self.next(night) }

        #expect(Self.told(night) == Self.link(to: "joseph", night))
    }

    @Test("of a survivor whom the payer has as another member nothing is told before that is taken back")
    func another() async throws {
        let night = try await Self.delivered(.delete)
        try Self.merge(into: .ada, night)
        try await Self.decide("ada", "m-joe", night)
        let count = night.payer.received.count

        _ = try await Self.next(night)

        #expect(night.payer.received.count == count + 2)
        #expect(Self.held("joe", night) != nil && Self.told(night) == nil)
        for _ in 0..<2 { _ = try await Self.next(night) }
        #expect(Self.told(night) == Self.link(to: "ada", night))
    }

    @Test("of a patient who turns out to be another member it is told when what was sent is taken back")
    func moves() async throws {
        let night = try await Self.delivered(.delete)
        try Self.merge(into: .ada, night)

        _ = try await Self.next(night)

        #expect(Self.told(night) == nil)
        #expect(night.payer.held.values.count { $0.type == "Encounter" } == 1)
        for _ in 0..<2 { _ = try await Self.next(night) }
        #expect(Self.told(night) == Self.link(to: "ada", night))
        #expect(night.payer.held.values.count { $0.type == "Encounter" } == 2)
    }

    @Test("of a survivor who went there as nobody knows whom nothing is told")
    func nobody() async throws {
        let night = try await Self.delivered()
        try await Self.deliverByNoEvidence("joseph", night)
        try Self.merge(into: Self.joseph, records: 1, night)
        let count = night.payer.received.count

        for _ in 0..<2 { _ = try await Self.next(night) }

        #expect(night.payer.received.count == count + 1)
        #expect(Self.held("joe", night) != nil && Self.told(night) == nil)
    }

    @Test("of a survivor of whom nobody knows whether it is there nothing is told")
    func doubtful() async throws {
        let night = try await Self.delivered(attempts: 1)
        try Self.merge(into: Self.joseph, night)
        night.payer.reply(.loseAnswer, .loseAnswer)

        let report = try await Self.next(night)
        _ = try await Self.next(night)

        #expect(report.exchanges.parked == [.attemptsExhausted: 2])
        #expect(Self.held("joseph", night) != nil && Self.told(night) == nil)
    }

    @Test("of a survivor who is no member nothing is told")
    func stranger() async throws {
        let night = try await Self.delivered()
        try Self.merge(into: Self.sam, night)
        let count = night.payer.received.count

        for _ in 0..<2 { #expect(try await Self.next(night).exchanges.unmatched == 2) }

        #expect(night.payer.received.count == count)
        #expect(Self.told(night) == nil)
    }

    @Test("an empty chart that the payer never had is not sent to tell of the survivor")
    func notThere() async throws {
        let night = try await Self.delivered()
        night.clinic.put(try Self.chart(of: Self.joseph, mergedInto: .joe))
        night.clinic.put(try night.group(of: [.joe, .ada, Self.joseph]))
        let count = night.payer.received.count

        for _ in 0..<2 { #expect(try await Self.next(night).balanced) }

        #expect(night.payer.received.count == count)
        #expect(Self.held("joseph", night) == nil)
    }

    @Test("a merge that comes undone is parked, and the link goes when an operator has said who the patient is")
    func unmerged() async throws {
        let night = try await Self.delivered()
        try Self.merge(into: Self.joseph, night)
        for _ in 0..<2 { _ = try await Self.next(night) }
        night.clinic.put(try NamedMember.joe.clinicRecords()[0])

        let report = try await Self.next(night)

        #expect(report.exchanges.parked == [.matchUnmerged: 2])
        #expect(Self.told(night) == Self.link(to: "joseph", night))
        try await Self.decide("joe", "m-joe", night)
        _ = try await Self.next(night)
        #expect(Self.told(night) == nil)
    }

    @Test("a label that is put on the survivor takes nothing back, and holds what comes later in both charts")
    func labelled() async throws {
        let night = try await Self.delivered(.delete)
        try Self.merge(into: Self.joseph, night)
        for _ in 0..<2 { _ = try await Self.next(night) }
        let (count, held) = (night.payer.received.count, night.payer.held.count)
        try Self.label(Self.joseph, night)
        for member in [NamedMember.joe, Self.joseph] {
            night.clinic.put(try Resource(member.observation(value: "9.99")))
        }

        let report = try await Self.next(night)
        _ = try await Self.next(night)

        #expect(report.exchanges.withheld == [.consentSensitive: 2])
        #expect(night.payer.received.count == count)
        #expect(night.payer.held.count == held)
        #expect(Self.told(night) == Self.link(to: "joseph", night))
    }

    @Test("a survivor who is labelled before the merge is told is not named")
    func labelledBefore() async throws {
        let night = try await Self.delivered()
        try Self.merge(into: Self.joseph, night)
        _ = try await Self.next(night)
        let count = night.payer.received.count
        try Self.label(Self.joseph, night)

        for _ in 0..<2 { _ = try await Self.next(night) }

        #expect(Self.held("joseph", night) != nil)
        #expect(Self.told(night) == nil)
        #expect(night.payer.received.count == count)
    }

    @Test("a flag of the survivor that names no visit holds both charts")
    func flagged() async throws {
        let night = try await Self.delivered()
        try Self.merge(into: Self.joseph, night)
        night.clinic.put(
            try Resource([
                "resourceType": "Flag", "id": "f", "status": "active", "subject": ["reference": "Patient/joseph"],
                "meta": ["security": [["code": "R"]]],
            ]))

        let report = try await Self.next(night)

        #expect(report.exchanges.withheld == [.consentSensitive: 2])
    }

    /// Joe and Ada are the payer's, each by one chart.
    private static func delivered(
        _ policy: ExchangeTerms.AfterRevocation = .leave, attempts: Int = 3
    ) async throws -> Night {
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, attempts: attempts,
            types: ["Patient", "Encounter", "Condition", "Observation", "Flag"], afterRevocation: policy)
        _ = try await night.run("night-1")
        #expect(told(night) == nil)
        return night
    }

    /// A run an hour later, when the payer's records are read again.
    private static func next(_ night: Night) async throws -> RunReport {
        night.clock.advance(seconds: 3600)
        return try await night.run("night-\(night.clock.now().text)")
    }

    /// The clinic merges Joe's chart into another person's, of whom it has that many records.
    private static func merge(into other: NamedMember, records: Int = 4, _ night: Night) throws {
        for record in try other.clinicRecords().prefix(records) { night.clinic.put(record) }
        night.clinic.put(try chart(of: .joe, mergedInto: other))
        night.clinic.put(try night.group(of: [.joe, .ada] + (other.id == "ada" ? [] : [other])))
    }

    private static func chart(of member: NamedMember, mergedInto other: NamedMember) throws -> Resource {
        var chart = try member.clinicRecords()[0].json
        chart["link"] = [["other": ["reference": .string("Patient/" + other.id)], "type": "replaced-by"]]
        return try Resource(.object(chart))
    }

    /// An exchange with the payer from before match evidence was kept.
    private static func deliverByNoEvidence(_ patient: String, _ night: Night) async throws {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: patient)
        let now = night.clock.now()
        let old = Exchange(
            id: "old", job: night.pipeline.terms.job, run: "night-1", member: key, clinic: "clinic0", payer: "med0",
            state: .acknowledged, fingerprint: 7,
            manifest: ExchangeManifest([.init(key: key, contentHash: 1, leftOut: nil)]), consent: nil, mapping: "old",
            created: now, updated: now)
        let entry = AuditEntry(at: now, actor: "tests", action: "exchange.acknowledged", exchange: old.id)
        try await night.store.write { try $0.insert(old, audit: [entry]) }
    }

    /// The clinic labels a Patient as one whose record is restricted.
    private static func label(_ member: NamedMember, _ night: Night) throws {
        var chart = try member.clinicRecords()[0].json
        chart["meta"] = ["security": [["code": "R"]]]
        night.clinic.put(try Resource(.object(chart)))
    }

    /// The clinic moves Joe's visits to the other chart.
    private static func moveVisits(_ night: Night) throws {
        for record in try NamedMember.joe.clinicRecords().dropFirst() {
            var moved = record.json
            moved["subject"] = ["reference": "Patient/joseph"]
            night.clinic.put(try Resource(.object(moved)))
        }
    }

    private static func decide(_ patient: String, _ member: String, _ night: Night) async throws {
        let link = MemberLink(
            route: night.pipeline.terms.route,
            patient: night.identities.key(source: "clinic0", type: "Patient", id: patient),
            member: night.identities.key(source: "med0", type: "Patient", id: member), reason: "a test",
            actor: "tests", at: night.clock.now())
        try await night.store.write { writer in
            try writer.decide(link, audit: AuditEntry(at: link.at, actor: "tests", action: "member.linked"))
            try night.pipeline.follow(decisionOn: link.patient, link.member, writer)
        }
    }

    /// What the payer's copy of Joe's Patient links to.
    private static func told(_ night: Night) -> JSONValue? {
        held("joe", night)?["link"]
    }

    private static func link(to patient: String, _ night: Night) -> JSONValue {
        [["other": ["reference": .string(place(patient, night))], "type": "replaced-by"]]
    }

    /// What the payer holds of one of the clinic's Patients.
    private static func held(_ patient: String, _ night: Night) -> Resource? {
        night.payer.held[place(patient, night)]
    }

    private static func place(_ patient: String, _ night: Night) -> String {
        EntryWriter(terms: night.pipeline.terms, identities: night.identities).location(type: "Patient", id: patient)
    }
}
