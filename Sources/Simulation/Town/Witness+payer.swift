import FHIR
import PDex
import Synchronization

extension Witness {
    /// How old records may be when something is sent on them, in seconds (CO-10).
    private static let oldestRecords = 15.0 * 60
    /// The same when the clock was set meanwhile, by at most two hours.
    private static let oldestInDoubt = 15.0 * 60 + 7200 + 900

    /// How much of a delivery the payer takes.
    enum Taking: Sendable { case all, most, nothing }

    /// A delivery reaches the payer.
    func arrived(_ bytes: [UInt8], requestID: String, process: String, taking: Taking) {
        let submission = String(requestID[..<(requestID.lastIndex(of: "-") ?? requestID.endIndex)])
        let now = order.now
        guard let bundle = try? FHIRBundle(JSONParser.parse(bytes)) else {
            return broke(.sameState, "a delivery that is no Bundle")
        }
        let resources = bundle.entries.compactMap(\.resource)
        for member in Set(resources.compactMap(Self.member)).sorted() { judge(member, at: now) }
        for resource in resources { judge(resource, isHeld: taking != .nothing) }
        let wasSet = state.withLock { $0.notBefore[submission] }.map { host.wasSet(since: $0.asked) } ?? false
        state.withLock { state in
            // Of an answer that nobody lived to write down.
            state.named[submission] = nil
            if let named = state.notBefore.removeValue(forKey: submission) {
                // Who stood still with a claim that another has taken over cannot know what the payer told that one.
                let isHolder = state.claims[submission]?.owner == process
                if now < named.until, !wasSet, isHolder {
                    state.violations.append(
                        Violation(promise: .politeness, words: "\(submission) came before \(named.until.text)"))
                }
                state.rare.insert(.throttled)
            }
            if taking == .all {
                state.taken[submission, default: 0] += 1
                if state.taken[submission] ?? 0 > 1 { state.rare.insert(.sentTwice) }
            }
            if let last = state.lastDelivery, last.process != process, (now - last.at) / .seconds(1) < 60 {
                state.rare.insert(.twoDelivering)
            }
            state.lastDelivery = (now, process)
            state.underWay.insert(submission)
        }
    }

    /// The payer named a time before which a delivery is not to come again.
    func named(seconds: Int, requestID: String) {
        let submission = String(requestID[..<(requestID.lastIndex(of: "-") ?? requestID.endIndex)])
        let now = order.now
        state.withLock {
            $0.named[submission] = (asked: now, until: now.adding(milliseconds: Int64(seconds) * 1000))
        }
    }

    /// Whether consent stood when the sender last looked into the store: by the truth, and by what the store knew.
    private func judge(_ member: String, at now: Instant) {
        state.withLock { state in
            let truth = state.members[member] ?? MemberTruth()
            let look = state.looks[TurnOrder.thread] ?? (now, state.commits)
            // Where the clock was set back, records may seem as much younger as the step was.
            let wasSet = host.wasSet(since: look.at.adding(milliseconds: -Int64(Self.oldestInDoubt * 1000)))
            let age = wasSet ? Self.oldestInDoubt : Self.oldestRecords
            let oldest = look.at.adding(milliseconds: -Int64(age * 1000))
            let before = truth.consent.last { $0.at <= oldest }?.isGiven ?? false
            let since = truth.consent.contains { $0.at > oldest && $0.at <= look.at && $0.isGiven }
            if !before, !since {
                let wasEver = truth.consent.contains { $0.isGiven }
                state.violations.append(
                    Violation(promise: wasEver ? .consentInTime : .nobodyElse, words: "something of \(member) was sent")
                )
            }
            if let known = truth.known.last(where: { $0.commit <= look.commit }), !known.isGiven {
                state.violations.append(
                    Violation(promise: .consentKnown, words: "something of \(member) was sent after its withdrawal"))
            }
        }
    }

    /// Whether a version is no older than what the payer has.
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

    /// The clinic's id of what the payer is sent, as `Type/id`.
    static func source(of resource: Resource) -> String? {
        let own = (resource["identifier"]?.elements ?? []).first {
            $0["system"]?.string == "https://clinic0.example/fhir-id"
        }
        return own?["value"]?.string.map { resource.type + "/" + $0 }
    }

    /// The member whom a resource is of.
    static func member(of resource: Resource) -> String? {
        guard let id = source(of: resource)?.split(separator: "/").last?.split(separator: "-").first,
            id.first == "m", Int(id.dropFirst()) != nil
        else { return nil }
        return String(id)
    }

    /// The version of a result: the town counts it in its value.
    static func version(of resource: Resource) -> (String, Int)? {
        guard resource.type == "Observation", let id = source(of: resource),
            let value = resource["valueQuantity"]?["value"]?.number?.int
        else { return nil }
        return (id, value)
    }
}
