import FHIR
import PDex
import Synchronization

extension Witness {
    /// `process` has committed a transaction.
    func committed(_ notes: [StoreNote], by process: String) {
        for note in notes { order.tell("  \(note.words)") }
        state.withLock { state in
            state.commits += 1
            for note in notes { see(note, by: process, &state) }
        }
    }

    private func see(_ note: StoreNote, by process: String, _ state: inout State) {
        switch note {
        case .ground(let ground, let member, let stands): know(ground, of: member, stands, &state)
        case .link(let patient, let stands): know(.link, of: names[patient] ?? "", stands, &state)
        case .inserted(let exchange):
            state.inserted += 1
            state.memberOfExchange[exchange.id] = names[exchange.member] ?? ""
            let older = state.underWay.contains {
                state.enqueued[$0].flatMap { state.memberOfExchange[$0] } == names[exchange.member]
            }
            if older { state.rare.insert(.overtakenUnderWay) }
        case .advanced(let exchange, let to, let reason):
            see(exchange, to, reason, &state)
        case .enqueued(let submissions):
            for submission in submissions {
                state.enqueued[submission.id] = submission.exchange
                // A tick that is caught up makes again, under the same ids, what it made before the restoration.
                state.buried.remove(submission.id)
            }
        case .divided(let rest):
            state.rare.insert(.divided)
            for submission in rest { state.enqueued[submission.id] = submission.exchange }
        case .leased(let submission, let owner):
            state.claims[submission.id] = (submission.epoch, owner)
            // A process that stood still between reading the clock, then set back, and claiming cannot know better.
            let wasSet = host.wasSet(since: order.now.adding(milliseconds: -Self.longestStand))
            if let breaker = state.breaker, let until = breaker.closedUntil, until > host.now, !wasSet,
                breaker.probe != submission.id
            {
                state.violations.append(
                    Violation(promise: .closedIsClosed, words: "\(submission.id) was claimed before \(until.text)"))
            }
        case .settled(let claim, let to, let notBefore, let receipt, let isHolder):
            settled(claim, to, notBefore, receipt, isHolder: isHolder, &state)
        case .rescued(let submission):
            let owner = state.claims[submission.id]?.owner ?? ""
            state.rare.insert(state.living.contains(owner) ? .claimRanOut : .claimTakenOver)
            if submission.state == .parked { state.rare.insert(.parkedAfterLosses) }
            state.claims[submission.id] = nil
        case .held(let run, let owner): held(run, owner, &state)
        case .closed(let run): state.runs[run] = nil
        case .audited(let action):
            if action == "run.resumed" { state.rare.insert(.runGoneOnWith) }
            if action == "exchange.replayed" { state.rare.insert(.replayed) }
            if action == "queue.opened" { state.rare.insert(.payerOpened) }
            if action == "member.undecided" { state.rare.insert(.keptApartNoMore) }
        case .payer(let breaker):
            if breaker.closings == 1 { state.rare.insert(.payerClosed) }
            if breaker.closings > 1 { state.rare.insert(.payerClosedAgain) }
            state.breaker = breaker
        }
    }

    /// The longest time a process stands still, in milliseconds.
    private static let longestStand: Int64 = 1_500_000

    private func know(_ ground: Ground, of member: String, _ stands: Bool, _ state: inout State) {
        let before = state.members[member]?.known[ground]?.last?.stands ?? ground.standsAtFirst
        state.members[member, default: MemberTruth()].known[ground, default: []].append((state.commits, stands))
        guard before != stands else { return }
        state.turned.insert(TurnedGround(ground: ground, member: member, stands: stands))
        if ground == .noDenial, !stands, state.members[member]?.known[.consent]?.last?.stands == true {
            state.rare.insert(.denied)
        }
        guard ground == .link, !stands else { return }
        if Self.isUnderWay(member, state) { state.rare.insert(.keptApartUnderWay) }
        if state.reached.contains(member) { state.rare.insert(.keptApart) }
    }

    private func see(
        _ exchange: String, _ to: ExchangeState, _ reason: FaultCode?, _ state: inout State
    ) {
        let member = state.memberOfExchange[exchange] ?? ""
        switch to {
        case .withheld:
            state.rare.insert(.withheldWaiting)
            if reason == .coverageNotActive || reason == .coverageMissing { state.rare.insert(.coverageEnded) }
        case .cancelled where reason == .superseded: state.rare.insert(.superseded)
        case .cancelled where reason == .cancelledByOperator:
            state.cancelled[exchange] = state.commits
            state.rare.insert(state.isUnderWay(exchange) ? .takenBackUnderWay : .takenBackWaiting)
        case .acknowledged: acknowledged(member, &state)
        case .parked where reason == .attemptsExhausted: state.rare.insert(.attemptsExhausted)
        default: break
        }
    }

    private func acknowledged(_ member: String, _ state: inout State) {
        state.reached.insert(member)
        if state.withdrawn.contains(member), state.members[member]?.story[.consent]?.last?.stands == true {
            state.rare.insert(.permittedAgain)
        }
        for (ground, rare) in [(Ground.coverage, RareState.coverageCorrected), (.noDenial, .deniedNoMore)]
        where state.turned.contains(TurnedGround(ground: ground, member: member, stands: true)) {
            state.rare.insert(rare)
        }
    }

    private func settled(
        _ claim: Submission, _ to: SubmissionState, _ notBefore: Instant?, _ receipt: Receipt, isHolder: Bool,
        _ state: inout State
    ) {
        state.underWay.remove(claim.id)
        let named = state.named.removeValue(forKey: claim.id)
        guard isHolder else {
            // A receipt for a claim that was parked is kept, but changes nothing.
            if receipt.fault != .processLost { state.rare.insert(.lateAnswer) }
            return
        }
        if state.claims[claim.id]?.epoch != claim.epoch {
            state.violations.append(
                Violation(promise: .oneHolder, words: "\(claim.id) was settled by a claim that is another's"))
        }
        state.claims[claim.id] = nil
        if to == .acknowledged {
            state.acknowledged.insert(claim.id)
            if state.taken[claim.id] == nil {
                state.violations.append(
                    Violation(promise: .acknowledgedIsTaken, words: "\(claim.id) never reached the payer"))
            }
        }
        guard to == .retrying, let notBefore else { return }
        if let named {
            state.notBefore[claim.id] = named
        } else {
            let wait = (notBefore - receipt.at) / .seconds(1)
            // The wait before an unfinished payer is asked again is fixed, by the payer or by us.
            let isFloor = receipt.fault == .payerUnknownOutcome && wait.truncatingRemainder(dividingBy: 10) == 0
            if !isFloor { state.waits.append(wait) }
        }
    }

    private func held(_ run: Run, _ owner: String, _ state: inout State) {
        guard run.trigger == .schedule || run.trigger == .manual else { return }
        if let other = state.runs[run.id], other != owner {
            if state.living.contains(other) {
                state.violations.append(
                    Violation(promise: .oneRunner, words: "\(owner) and \(other) work on run \(run.id)"))
            } else if state.killed.contains(other) {
                state.goingOn.insert(owner)
            }
        }
        if state.runs[run.id] == nil, (host.now - run.instant) / .seconds(1) > 3600 {
            state.rare.insert(.tickCaughtUp)
        }
        state.runs[run.id] = owner
    }
}
