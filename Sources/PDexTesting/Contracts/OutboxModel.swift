import FHIR
import PDex

/// What an outbox must do, in its simplest form: the reference for random operations.
struct OutboxModel {
    /// A submission and who holds it.
    struct Row {
        var submission: Submission
        var owner: String?
        var expiry = StoreSample.start
        /// How many claims in a row ended with their process.
        var lost = 0
    }

    /// The rows in the order in which they were enqueued.
    private(set) var rows: [Row] = []

    mutating func enqueue(_ submission: Submission) {
        rows.append(Row(submission: submission))
    }

    func submissions(ofExchange exchange: String) -> [Submission] {
        rows.map(\.submission).filter { $0.exchange == exchange }.sorted { $0.part < $1.part }
    }

    func nextDue(_ route: Route) -> Instant? {
        claimable(route).map { rows[$0].submission.notBefore }.min()
    }

    mutating func lease(_ route: Route, limit: Int, owner: String, now: Instant, expiry: Instant) -> [Submission] {
        let due = claimable(route).filter { rows[$0].submission.notBefore <= now }
            .sorted { (rows[$0].submission.notBefore, $0) < (rows[$1].submission.notBefore, $1) }
        let alone = due.first.map { rows[$0].lost > 0 } ?? false
        let chosen = alone ? due.prefix(1) : due.prefix { rows[$0].lost == 0 }
        return chosen.prefix(limit).map { index in
            rows[index].submission.state = .leased
            rows[index].submission.attempts += 1
            rows[index].submission.epoch += 1
            rows[index].owner = owner
            rows[index].expiry = expiry
            return rows[index].submission
        }
    }

    mutating func settle(_ claim: Submission, as state: SubmissionState, notBefore: Instant) -> Bool {
        guard let index = held(claim) else { return false }
        rows[index].submission.state = state
        rows[index].submission.notBefore = notBefore
        rows[index].lost = 0
        return true
    }

    /// The remainder of the claim keeps its row and, in this model, its content.
    mutating func divide(_ claim: Submission, rest: Submission, at now: Instant) -> Bool {
        guard let index = held(claim), settle(claim, as: .retrying, notBefore: now) else { return false }
        rows[index].submission.attempts -= 1
        enqueue(rest)
        return true
    }

    mutating func release(_ claim: Submission) {
        guard let index = held(claim) else { return }
        rows[index].submission.attempts -= 1
        rows[index].submission.state = rows[index].submission.attempts > 0 ? .retrying : .queued
    }

    mutating func renew(_ claims: [Submission], expiry: Instant) {
        for index in claims.compactMap(held) { rows[index].expiry = expiry }
    }

    mutating func rescue(now: Instant, gone: String) -> Set<String> {
        let lost = leased.filter { rows[$0].expiry <= now || rows[$0].owner == gone }
        for index in lost {
            rows[index].lost += 1
            rows[index].submission.state = rows[index].lost < 3 ? .retrying : .parked
        }
        return Set(lost.map { rows[$0].submission.id })
    }

    mutating func cancel(exchange: String) -> Int {
        for index in rows.indices where rows[index].submission.exchange == exchange {
            let state = rows[index].submission.state
            if state == .queued || state == .retrying { rows[index].submission.state = .cancelled }
        }
        return leased.filter { rows[$0].submission.exchange == exchange }.count
    }

    private var leased: [Int] {
        rows.indices.filter { rows[$0].submission.state == .leased }
    }

    private func held(_ claim: Submission) -> Int? {
        leased.first { rows[$0].submission.id == claim.id && rows[$0].submission.epoch == claim.epoch }
    }

    /// Each member's first open submission if it is on this route, unless one of the member's is under way.
    private func claimable(_ route: Route) -> [Int] {
        let lanes = Dictionary(grouping: rows.indices.filter { rows[$0].submission.payer == route.payer }) {
            rows[$0].submission.member
        }
        return lanes.values.compactMap { lane in
            let open = lane.filter { rows[$0].submission.state.isOpen }
            guard let first = open.first, rows[first].submission.clinic == route.clinic else { return nil }
            return open.contains { rows[$0].submission.state == .leased } ? nil : first
        }
    }
}
