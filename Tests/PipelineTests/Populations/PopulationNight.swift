import FHIR
import PDex
import PDexTesting
import Pipeline
import Synchronization

/// A population's night from the clinic to the payer, judged by somebody who knows everybody.
struct PopulationNight {
    /// What became of the charts.
    struct Count {
        var right = 0
        var parked = 0
        var resources = 0
        var cancelled = 0
        /// Data that arrived under the wrong member, or without that member's consent.
        var wrong: [String] = []
        /// Data that arrived although no coverage held on the day.
        var uncovered: [String] = []
        /// Data of recognised members that is covered and did not arrive.
        var lost: [String] = []
        /// Undecidable charts that were not parked for a reason that says so.
        var guessed: [String] = []

        static func += (left: inout Count, right: Count) {
            left.right += right.right
            left.parked += right.parked
            left.resources += right.resources
            left.cancelled += right.cancelled
            left.wrong += right.wrong
            left.uncovered += right.uncovered
            left.lost += right.lost
            left.guessed += right.guessed
        }
    }

    private let seed: UInt64
    private let population: Population
    private let deeds: [Deed]
    private let night: Night
    /// The people whose coverage is cancelled while the first delivery waits for a connection.
    private let cancelled: Set<Int>

    init(seed: UInt64, mappings: String) throws {
        self.seed = seed
        population = try Population(seed: seed)
        var random = Numbers(state: seed &* 77)
        var deeds: [Deed] = []
        for chart in population.owners.keys.sorted() { deeds += try Deed.all(in: chart, &random) }
        self.deeds = deeds
        cancelled = seed % 3 == 0 ? Set(population.people.map(\.number).filter { $0 % 3 == 1 }) : []
        night = try Night(
            [], mappings: mappings, also: population.charts + deeds.map(\.resource),
            types: ["Patient"] + Set(deeds.map(\.resource.type)).sorted(), concurrency: 1)
        night.clinic.put(
            try night.group(
                of: [],
                also: population.owners.keys.sorted().map { ["entity": ["reference": .string("Patient/" + $0)]] }))
        for record in population.records { night.payer.put(record) }
        for person in population.people where person.isMember && person.hasConsent {
            night.payer.put(try Self.consent(of: person))
        }
    }

    /// Lives through it.
    func count() async throws -> Count {
        if !cancelled.isEmpty {
            let (night, once) = (night, Once())
            let records = try Self.cancelled(population.records, of: cancelled)
            night.payer.beforeBeginning {
                guard once.isFirst() else { return }
                for record in records { night.payer.put(record) }
                _ = try await night.pipeline.importMembers()
            }
        }
        _ = try await night.run()
        // What it holds on to holds on to it.
        night.payer.beforeBeginning {}
        var count = Count()
        for (chart, owner) in population.owners.sorted(by: { $0.key < $1.key }) {
            try await judge(chart, population.people[owner], &count)
        }
        return count
    }

    private func judge(_ chart: String, _ person: Population.Somebody, _ count: inout Count) async throws {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: chart)
        let exchange = try await night.store.read { try $0.latestExchange(member: key, payer: "med0") }
        let place = "seed \(seed), chart \(chart)"
        let held = night.payer.held
        let own = deeds.filter { $0.chart == chart }
        let arrived = own.filter { held[location($0.resource.type, $0.resource.id ?? "")] != nil }
        let isThere = !arrived.isEmpty || held[location("Patient", chart)] != nil
        let isOwn =
            exchange?.match?.member == night.identities.key(source: "med0", type: "Patient", id: "m\(person.number)")
            && exchange?.consent?.consent
                == night.identities.key(source: "med0", type: "Consent", id: "consent-\(person.number)")
        if isThere, !(isOwn && person.isMember && person.hasConsent) { count.wrong.append(place) }
        for deed in arrived {
            let subject = held[location(deed.resource.type, deed.resource.id ?? "")].flatMap {
                $0["subject"] ?? $0["patient"]
            }
            if subject?["reference"]?.string != location("Patient", chart) { count.wrong.append(place) }
        }
        let isCancelled = cancelled.contains(person.number)
        let covered = own.filter { isCovered($0, person, among: own) && !isCancelled }.map(\.resource.id)
        count.uncovered += arrived.map(\.resource.id).filter { !covered.contains($0) }.map { "\(place): \($0 ?? "")" }
        if exchange?.state == .acknowledged {
            count.right += 1
            count.resources += arrived.count
            count.lost += covered.filter { !arrived.map(\.resource.id).contains($0) }.map { "\(place): \($0 ?? "")" }
        }
        count.parked += exchange?.state == .parked ? 1 : 0
        count.cancelled += isCancelled && exchange?.state == .withheld ? 1 : 0
        if let reasons = population.undecidable[chart] {
            let isParked = exchange?.state == .parked && (exchange?.reason.map(reasons.contains) ?? false)
            if !isParked { count.guessed.append("\(place): \(exchange?.reason?.rawValue ?? "-")") }
        }
    }

    /// Undated data goes if something dated is covered, or while the coverage holds.
    private func isCovered(_ deed: Deed, _ person: Population.Somebody, among all: [Deed]) -> Bool {
        if let day = deed.day { return person.cover.holds(on: day) }
        return person.cover.holds(on: "2026-06-01") || all.contains { $0.day.map(person.cover.holds) ?? false }
    }

    private func location(_ type: String, _ id: String) -> String {
        let clinic = night.pipeline.terms.clinic.identifierSystem
        return type + "/" + night.identities.payerID(source: clinic, type: type, id: id)
    }

    private static func cancelled(_ records: [Resource], of people: Set<Int>) throws -> [Resource] {
        let members = Set(people.map { "Patient/m\($0)" })
        return try records.filter { members.contains($0["beneficiary"]?["reference"]?.string ?? "") }.map { record in
            var json = record.json
            json["status"] = "cancelled"
            return try Resource(.object(json))
        }
    }

    private static func consent(of person: Population.Somebody) throws -> Resource {
        let named = NamedMember("\(person.number)", "", "", born: "", memberID: nil)
        let records = try named.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        var json = records.first { $0.type == "Consent" }?.json ?? [:]
        let member: JSONValue = ["reference": .string("Patient/m\(person.number)")]
        json["patient"] = member
        json["performer"] = [member]
        return try Resource(.object(json))
    }
}

/// Says once that it is the first time.
private final class Once: Sendable {
    private let isDone = Mutex(false)

    func isFirst() -> Bool {
        isDone.withLock { done in
            defer { done = true }
            return !done
        }
    }
}
