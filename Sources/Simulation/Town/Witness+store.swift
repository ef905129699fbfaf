import FHIR
import PDex
import Synchronization

extension Witness {
    /// A transaction of `process` was committed.
    func committed(_ notes: [StoreNote], by process: String) {
        for note in notes { order.tell("  \(note.words)") }
        state.withLock { state in
            state.commits += 1
            for note in notes { see(note, by: process, &state) }
        }
    }

    private func see(_ note: StoreNote, by process: String, _ state: inout State) {
        switch note {
        case .consent(let member, let isGiven):
            state.members[member, default: MemberTruth()].known.append((state.commits, isGiven))
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
            for submission in submissions { state.enqueued[submission.id] = submission.exchange }
        case .divided(let rest):
            state.rare.insert(.divided)
            for submission in rest { state.enqueued[submission.id] = submission.exchange }
        case .leased(let submission, let owner):
            state.claims[submission.id] = (submission.epoch, owner)
            if let breaker = state.breaker, let until = breaker.closedUntil, until > host.now,
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
        case .payer(let breaker):
            if breaker.closings == 1 { state.rare.insert(.payerClosed) }
            if breaker.closings > 1 { state.rare.insert(.payerClosedAgain) }
            state.breaker = breaker
        }
    }

    private func see(
        _ exchange: String, _ to: ExchangeState, _ reason: FaultCode?, _ state: inout State
    ) {
        let member = state.memberOfExchange[exchange] ?? ""
        switch to {
        case .withheld: state.rare.insert(.withheldWaiting)
        case .cancelled where reason == .superseded: state.rare.insert(.superseded)
        case .acknowledged where state.withdrawn.contains(member):
            if state.members[member]?.consent.last?.isGiven == true { state.rare.insert(.permittedAgain) }
        case .parked where reason == .attemptsExhausted: state.rare.insert(.attemptsExhausted)
        default: break
        }
    }

    private func settled(
        _ claim: Submission, _ to: SubmissionState, _ notBefore: Instant?, _ receipt: Receipt, isHolder: Bool,
        _ state: inout State
    ) {
        state.underWay.remove(claim.id)
        let named = state.named.removeValue(forKey: claim.id)
        guard isHolder else {
            // A receipt for a claim that was parked is kept, and moves nothing.
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
            state.waits.append((notBefore - receipt.at) / .seconds(1))
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
