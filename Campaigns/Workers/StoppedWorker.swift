import FHIR
import Foundation
import PDex
import SQLiteStore

/// One process of the crowd: it claims some submissions, takes a while, and settles them, until none is open.
///
struct StoppedWorker {
    let path: String
    let name: String
    /// Whether it settles with whatever epoch the store has, as if there were no fence.
    private let isUnfenced = ProcessInfo.processInfo.environment["PLANT"] == "unfenced"

    /// How long a claim lasts, in milliseconds; the crowd stops processes for up to three times as long.
    static let claim: Int64 = 120

    func work() async throws {
        let store = try SharedQueue.open(path)
        let book = try WorkerBook(path + "." + name)
        while true {
            let claims = try await store.write { writer in
                let now = SharedQueue.now()
                _ = try writer.rescue(now: now) { _ in false }
                return try writer.lease(
                    SharedQueue.route, limit: 16, owner: name, now: now,
                    expiry: now.adding(milliseconds: Self.claim))
            }
            if claims.isEmpty {
                let isDone = try await store.read { try $0.queued().isEmpty }
                if isDone { return }
                usleep(2_000)
                continue
            }
            // The time of a request; a process that is stopped here wakes up late.
            usleep(10_000)
            for claim in claims { try await settle(claim, store, book) }
        }
    }

    private func settle(_ claim: LeasedSubmission, _ store: SQLiteExchangeStore, _ book: WorkerBook) async throws {
        let id = claim.submission.id
        let ending = try await store.write { writer -> WorkerBook.Ending in
            // The holder is looked up without relying on the fence, in the same transaction.
            let present = try writer.submissions(ofExchange: claim.submission.exchange).first
            let isHeld = present?.epoch == claim.submission.epoch && present?.state == .leased
            let receipt = Receipt(
                submission: id, attempt: claim.submission.attempts, status: 200, verdict: "acknowledged", fault: nil,
                outcome: nil, locations: [name], at: SharedQueue.now())
            let isAccepted = try writer.settle(
                id, epoch: isUnfenced ? present?.epoch ?? 0 : claim.submission.epoch, as: .acknowledged,
                notBefore: nil, receipt: receipt)
            return isAccepted ? (isHeld ? .accepted : .usurped) : .refused
        }
        try book.note(id, ending)
    }
}
