import FHIR
import PDex
import PDexTesting
import Synchronization

/// A clinic, a payer and the people between them, and what happens to them in a week.
final class Town: Sendable {
    private struct State {
        /// The members of the clinic's Group, by number.
        var group: [Int]
        /// How many visits each has had.
        var visits: [Int: Int] = [:]
        /// The clinic's version of each result, by its id.
        var results: [String: Int] = [:]
        var permits: Set<Int> = []
        /// The members whose coverage ended before any day of care.
        var uncovered: Set<Int> = []
        /// The members who said no at the clinic.
        var denies: Set<Int> = []
    }

    let clinic: ScriptedClinic
    let payer: ScriptedPayer
    /// The folder for a payer that takes files.
    let box: DropBox
    /// The endpoint for a payer that fetches files.
    let counter: SubmissionCounter
    let members: [NamedMember]
    private let order: TurnOrder
    private let witness: Witness
    private let state: Mutex<State>

    static let clinicNPI = "1234567893"
    static let payerNPI = "1003000126"
    /// The day on which all care in town was given.
    static let dayOfCare = "2026-05-04"
    private static let endedCoverage = "2026-01-01"..."2026-03-31"

    /// A town of this many members; some are not in the Group yet, and some do not permit the exchange.
    init(members count: Int, order: TurnOrder, witness: Witness) throws {
        self.order = order
        self.witness = witness
        members = (0..<count).map(Self.member)
        let clock = TrueClock(order: order)
        let first = Array(0..<max(1, count * 4 / 5))
        var records = [try Self.group(of: first), try Self.practitioner()]
        var recorded: [Resource] = []
        var state = State(group: first)
        for (number, member) in members.enumerated() {
            let permits = number % 7 != 3
            records += try member.clinicRecords().filter { $0.type != "Observation" } + [Self.result(member, 0, 1)]
            state.results["\(member.id)-glucose"] = 1
            recorded += try member.with { $0.consent = permits ? "active" : nil }
                .payerRecords(clinicNPI: Self.clinicNPI, payerNPI: Self.payerNPI)
            if permits { state.permits.insert(number) }
        }
        clinic = ScriptedClinic(base: "https://fhir.clinic0.example/r4", clock: clock, resources: records)
        clinic.rewrite { $0.listsConsent = true }
        payer = ScriptedPayer(base: "https://fhir.med0.example/r4", clock: clock, resources: recorded)
        box = try DropBox()
        counter = SubmissionCounter(base: payer.base)
        self.state = Mutex(state)
        for number in state.permits.sorted() { witness.decided(.consent, of: "m\(number)", stands: true) }
    }

    /// The names of all members.
    static func names(_ count: Int) -> [String] { (0..<count).map { "m\($0)" } }

    /// The members of the Group whose data should all be at the payer now.
    var permitted: Set<String> {
        let apart = witness.apart
        return state.withLock { state in
            let able = state.permits.subtracting(state.uncovered).subtracting(state.denies)
            return Set(state.group.filter(able.contains).map { "m\($0)" }).subtracting(apart)
        }
    }

    /// The current members of the clinic's Group.
    var group: Set<String> { state.withLock { Set($0.group.map { "m\($0)" }) } }

    /// The payer's current records of everybody.
    func records() throws -> [Resource] {
        try members.indices.flatMap { try record(of: $0) }
    }

    /// The payer's current records of one member; a consent that is not given is one withdrawn in writing, or none at
    /// all.
    private func record(of number: Int, withdrawn: String? = nil) throws -> [Resource] {
        let (permits, isCovered) = state.withLock {
            ($0.permits.contains(number), !$0.uncovered.contains(number))
        }
        return try members[number].with {
            $0.consent = permits ? "active" : withdrawn
            if !isCovered { $0.covered = Self.endedCoverage }
        }.payerRecords(clinicNPI: Self.clinicNPI, payerNPI: Self.payerNPI)
    }

    /// Whether a result is no longer there.
    func isGone(_ source: String) -> Bool {
        guard source.hasPrefix("Observation/") else { return false }
        return state.withLock { $0.results[String(source.dropFirst(12))] == nil }
    }

    /// Something happens to a member; in the slow season mostly a change of mind.
    func happen(in season: Season) throws {
        let number = order.roll(members.count)
        if season == .slow, order.roll(2) == 0 { return try decide(number) }
        switch order.roll(15) {
        case 0...3: try correct(number)
        case 4...6: try visit(number)
        case 7: delete(number)
        case 8...9: try decide(number)
        case 10...11: try cover(witness.busy.flatMap(self.number) ?? number)
        case 12...13: try deny(number)
        default: try join()
        }
    }

    /// The number of the member with a name.
    private func number(_ name: String) -> Int? { members.firstIndex { $0.id == name } }

    /// The next member to be requested; if a bundle is under way, its member, whose data changes now.
    func patientInDemand() throws -> String {
        let busy = witness.busy.flatMap(number)
        if let busy { try correct(busy) }
        return members[busy ?? order.roll(members.count)].id
    }

    private func correct(_ number: Int) throws {
        let member = members[number]
        let results = state.withLock { $0.results.keys.filter { $0.hasPrefix(member.id + "-") }.sorted() }
        guard !results.isEmpty else { return }
        let id = results[order.roll(results.count)]
        let version = state.withLock { state in
            state.results[id, default: 0] += 1
            return state.results[id] ?? 1
        }
        order.tell("the clinic corrects \(id), now \(version)")
        clinic.put(try Self.result(member, id: id, version))
    }

    private func visit(_ number: Int) throws {
        let member = members[number]
        let visit = state.withLock { state in
            state.visits[number, default: 0] += 1
            return state.visits[number] ?? 1
        }
        for resource in try member.clinicRecords() where ["Encounter", "Condition"].contains(resource.type) {
            clinic.put(try Self.later(resource, visit))
        }
        order.tell("a visit of \(member.id)")
        let result = try Self.result(member, visit, 1)
        state.withLock { $0.results[result.id ?? ""] = 1 }
        clinic.put(result)
    }

    /// Takes a result back, but never a member's last one.
    private func delete(_ number: Int) {
        let own = members[number].id + "-"
        let results = state.withLock { $0.results.keys.filter { $0.hasPrefix(own) }.sorted() }
        guard results.count > 1 else { return }
        let id = results[order.roll(results.count)]
        state.withLock { $0.results[id] = nil }
        order.tell("the clinic takes \(id) back")
        clinic.remove("Observation", id)
        witness.removed("Observation/" + id)
    }

    /// Withdraws a consent, in writing or by removing the record; or gives it.
    private func decide(_ number: Int) throws {
        let member = members[number]
        let isGiven = state.withLock { state in
            guard state.permits.remove(number) == nil else { return false }
            state.permits.insert(number)
            return true
        }
        if !isGiven, order.roll(2) == 0 {
            payer.remove("Consent", "consent-" + member.id)
        } else {
            for record in try record(of: number, withdrawn: "inactive") where record.type == "Consent" {
                payer.put(record)
            }
        }
        order.tell("consent of \(member.id): \(isGiven)")
        witness.decided(.consent, of: member.id, stands: isGiven)
    }

    /// A coverage turns out to have ended before all care; or this is corrected.
    private func cover(_ number: Int) throws {
        let isCovered = state.withLock { state in
            guard state.uncovered.remove(number) == nil else { return true }
            state.uncovered.insert(number)
            return false
        }
        for record in try record(of: number) where record.type == "Coverage" { payer.put(record) }
        order.tell("coverage of \(members[number].id): \(isCovered)")
        witness.decided(.coverage, of: members[number].id, stands: isCovered)
    }

    /// A patient says no at the clinic's desk, or takes that back in writing. Removing the form instead would only be
    /// noticed when everything is fetched again, which is after a week.
    private func deny(_ number: Int) throws {
        let id = members[number].id
        let denies = state.withLock { state in
            guard state.denies.remove(number) == nil else { return false }
            state.denies.insert(number)
            return true
        }
        clinic.put(try Self.denial(of: id, status: denies ? "active" : "inactive"))
        order.tell("denial of \(id) at the clinic: \(denies)")
        witness.decided(.noDenial, of: id, stands: !denies)
    }

    private static func denial(of id: String, status: String) throws -> Resource {
        let scope = "http://terminology.hl7.org/CodeSystem/consentscope"
        return try Resource([
            "resourceType": "Consent", "id": .string("denial-" + id), "status": .string(status),
            "scope": ["coding": [["system": .string(scope), "code": "patient-privacy"]]],
            "category": [
                ["coding": [["system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IDSCL"]]]
            ],
            "patient": ["reference": .string("Patient/" + id)], "dateTime": "2026-06-01",
            "policyRule": ["text": "The clinic's own form."], "provision": ["type": "deny"],
        ])
    }

    private func join() throws {
        let group = state.withLock { state in
            if state.group.count < members.count { state.group.append(state.group.count) }
            return state.group
        }
        clinic.put(try Self.group(of: group))
        witness.reach(.newcomer)
    }

    private static func member(_ number: Int) -> NamedMember {
        NamedMember(
            "m\(number)", "Given\(number)", "Family\(number)",
            born: "19\(10 + number % 90)-0\(1 + number % 9)-1\(number % 10)", memberID: "M0-\(1000 + number)")
    }

    private static func group(of numbers: [Int]) throws -> Resource {
        let entries = numbers.map { number -> JSONValue in ["entity": ["reference": .string("Patient/m\(number)")]] }
        return try Resource(["resourceType": "Group", "id": "med0-members", "member": .array(entries)])
    }

    private static func practitioner() throws -> Resource {
        try Resource([
            "resourceType": "Practitioner", "id": "dr-hale",
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": "1245319599"]],
            "name": [["family": "Hale", "given": ["Imani"]]],
        ])
    }

    private static func result(_ member: NamedMember, _ visit: Int, _ version: Int) throws -> Resource {
        try result(member, id: member.id + "-glucose" + (visit == 0 ? "" : "-\(visit)"), version)
    }

    /// A result whose value is its version.
    private static func result(_ member: NamedMember, id: String, _ version: Int) throws -> Resource {
        var json = try Resource(member.observation(value: "\(version)")).json
        json["id"] = .string(id)
        let visit = id.dropFirst(member.id.count + 8)
        json["encounter"] = ["reference": .string("Encounter/\(member.id)-visit\(visit)")]
        return try Resource(.object(json))
    }

    private static func later(_ resource: Resource, _ visit: Int) throws -> Resource {
        var json = resource.json
        json["id"] = .string("\(resource.id ?? "")-\(visit)")
        if let encounter = json["encounter"]?["reference"]?.string {
            json["encounter"] = ["reference": .string("\(encounter)-\(visit)")]
        }
        return try Resource(.object(json))
    }
}
