import FHIR
import PDex
import Synchronization

extension Witness {
    /// How old records may be when something is sent on their basis, in seconds (CO-10).
    private static let oldestRecords = 15.0 * 60

    /// How much of a delivery the payer takes.
    enum Taking: Sendable { case all, most, nothing }

    /// A delivery has reached the payer.
    func arrived(_ bytes: [UInt8], requestID: String, process: String, taking: Taking) {
        guard let bundle = try? FHIRBundle(JSONParser.parse(bytes)) else {
            return broke(.sameState, "a delivery that is no Bundle")
        }
        began(requestID: requestID, process: process)
        let resources = bundle.entries.compactMap(\.resource)
        judgeDisclosure(of: resources)
        took(resources, of: Submission.id(ofRequest: requestID), taking)
    }

    /// A request with a delivery, or announcing one, begins.
    func began(requestID: String, process: String) {
        let submission = Submission.id(ofRequest: requestID)
        let now = order.now
        let wasSet = state.withLock { $0.notBefore[submission] }.map { host.wasSet(since: $0.asked) } ?? false
        state.withLock { state in
            // Left over from an answer that no process lived to record.
            state.named[submission] = nil
            if let named = state.notBefore.removeValue(forKey: submission) {
                // A process that stood still while another took its claim cannot know what the payer told that one.
                let isHolder = state.claims[submission]?.owner == process
                if now < named.until, !wasSet, isHolder {
                    state.violations.append(
                        Violation(promise: .politeness, words: "\(submission) came before \(named.until.text)"))
                }
                state.rare.insert(.throttled)
            }
            if let last = state.lastDelivery, last.process != process, (now - last.at) / .seconds(1) < 60 {
                state.rare.insert(.twoDelivering)
            }
            state.lastDelivery = (now, process)
            state.underWay.insert(submission)
        }
        judgeLook(at: submission)
    }

    /// Checks that this thread has just looked into the store for a submission, and that no operator had taken it back.
    func judgeLook(at submission: String) {
        let turn = order.turns
        state.withLock { state in
            let look = state.looks[TurnOrder.thread]
            if look?.turn != turn {
                state.violations.append(Violation(promise: .lookedLast, words: "\(submission) was begun unseen"))
            }
            if state.buried.contains(submission) {
                state.violations.append(Violation(promise: .restoredForgets, words: "\(submission) is from before"))
            }
            if let exchange = state.enqueued[submission], let commit = state.cancelled[exchange],
                commit <= look?.commit ?? state.commits
            {
                state.violations.append(Violation(promise: .cancelledStays, words: "\(submission) was taken back"))
            }
        }
    }

    /// The payer has all of a delivery, or part of it, or none.
    func took(_ resources: [Resource], of submission: String, _ taking: Taking) {
        for resource in resources { judge(resource, isHeld: taking != .nothing) }
        guard taking == .all else { return }
        state.withLock { state in
            state.taken[submission, default: 0] += 1
            if state.taken[submission] ?? 0 > 1 { state.rare.insert(.sentTwice) }
        }
    }

    /// Checks, for resources that leave, that each belongs to a member whose data may leave, and all to the same one.
    func judgeDisclosure(of resources: [Resource]) {
        let now = order.now
        let members = Set(resources.compactMap(Self.member)).sorted()
        if members.count > 1 { broke(.oneMember, "something of \(members) left together") }
        for resource in resources { judgeOwner(of: resource) }
        let care = Set(resources.filter { Self.care.contains($0.type) }.compactMap(Self.member))
        for member in members { judge(member, hasCare: care.contains(member), at: now) }
    }

    /// Checks that a resource's subject is the Patient of its member, as first sent.
    private func judgeOwner(of resource: Resource) {
        guard let member = Self.member(of: resource) else { return }
        let own = resource.type == "Patient" ? resource.id.map { "Patient/" + $0 } : nil
        let named = own ?? resource["subject"]?["reference"]?.string
        guard let named else { return }
        let owner = state.withLock { state in
            if own != nil, state.patients[named] == nil { state.patients[named] = member }
            return state.patients[named]
        }
        if let owner, owner != member { broke(.oneMember, "something of \(member) names \(owner)") }
    }

    private static let care: Set = ["Encounter", "Condition", "Observation"]

    /// The payer named a time before which a delivery must not be repeated.
    func named(seconds: Int, requestID: String) {
        let submission = Submission.id(ofRequest: requestID)
        let now = order.now
        state.withLock {
            $0.named[submission] = (asked: now, until: now.adding(milliseconds: Int64(seconds) * 1000))
        }
    }

    /// Checks that every ground stood at the sender's last look into the store: in truth, and as far as the store knew.
    private func judge(_ member: String, hasCare: Bool, at now: Instant) {
        state.withLock { state in
            let truth = state.members[member] ?? MemberTruth()
            let look = state.looks[TurnOrder.thread] ?? (now, state.commits, 0)
            // If the clock was set back, records seem younger by the sum of those steps.
            let oldest = host.earliest(seeming: Self.oldestRecords, before: look.at)
            for ground in Ground.allCases where ground != .coverage || hasCare {
                let story = truth.story[ground] ?? []
                let before = story.last { $0.at <= oldest }?.stands ?? ground.standsAtFirst
                let since = story.contains { $0.at > oldest && $0.at <= look.at && $0.stands }
                if let inTime = ground.inTime, !before, !since {
                    let wasEver = story.contains { $0.stands }
                    let promise = ground == .consent && !wasEver ? .nobodyElse : inTime
                    state.violations.append(Violation(promise: promise, words: "something of \(member) was sent"))
                }
                if let known = truth.known[ground]?.last(where: { $0.commit <= look.commit }), !known.stands {
                    state.violations.append(
                        Violation(promise: ground.known, words: "something of \(member) was sent after that"))
                }
            }
        }
    }

    /// Checks that a version is not older than what the payer has.
    private func judge(_ resource: Resource, isHeld: Bool) {
        guard let (id, version) = Self.version(of: resource) else { return }
        state.withLock { state in
            if let held = state.versions[id], version < held {
                state.violations.append(
                    Violation(promise: .neverOlder, words: "\(id) came as \(version) after \(held)"))
            }
            if isHeld { state.versions[id] = version }
        }
    }

    /// The clinic's id of a resource sent to the payer, as `Type/id`.
    static func source(of resource: Resource) -> String? {
        let own = (resource["identifier"]?.elements ?? []).first {
            $0["system"]?.string == "https://clinic0.example/fhir-id"
        }
        return own?["value"]?.string.map { resource.type + "/" + $0 }
    }

    /// The member to whom a resource belongs.
    static func member(of resource: Resource) -> String? {
        guard let id = source(of: resource)?.split(separator: "/").last?.split(separator: "-").first,
            id.first == "m", Int(id.dropFirst()) != nil
        else { return nil }
        return String(id)
    }

    /// The version of a result, which the town keeps in its value.
    static func version(of resource: Resource) -> (String, Int)? {
        guard resource.type == "Observation", let id = source(of: resource),
            let value = resource["valueQuantity"]?["value"]?.number?.int
        else { return nil }
        return (id, value)
    }
}
