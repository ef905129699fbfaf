import FHIR

/// Limits how many requests one server gets at once: more while it answers well, half when it is under pressure.
///
/// Additive increase, multiplicative decrease: each good answer adds a fraction, so that a whole round of them adds
/// one; 429, 503 and answers that take many times as long as the best one halve the limit, once per round. A server
/// that says when to come back (`Retry-After`) is left alone by all callers until then.
actor HostLimiter {
    /// What an answer says about the server.
    enum Answer: Sendable {
        /// It came after this many seconds.
        case fine(seconds: Double)
        /// The server is under pressure or in trouble.
        case pressed
        /// It never came, or says nothing about the server.
        case none
    }

    /// The most at once, from the configuration.
    private(set) var most: Int
    private var allowed: Double
    private var underWay = 0
    private var waiting: [(id: Int, go: CheckedContinuation<Void, any Error>)] = []
    private var serial = 0
    private var best: Double?
    private var standing: Pause?
    /// Counts decreases: an answer to a request from before the latest one says nothing about the present.
    private var round = 0

    /// An answer is slow when it takes this many times as long as the best one …
    private static let slow = 8.0
    /// … and longer than this, in seconds: below it, differences do not matter.
    private static let bearable = 2.0
    /// How many requests a server gets at first.
    private static let first = 4.0

    init(most: Int) {
        self.most = max(1, most)
        allowed = min(Self.first, Double(max(1, most)))
    }

    /// How many requests may be under way now.
    var slots: Int { max(1, Int(allowed)) }

    /// Allows at most `most` at once: where two settings concern one server, the smaller counts.
    func restrict(to most: Int) {
        self.most = max(1, min(self.most, most))
        allowed = min(allowed, Double(self.most))
    }

    /// Leaves the server alone for `seconds` from now, unless it already is for longer.
    func pause(seconds: Double, from now: Instant) {
        if let left = standing?.left(at: now), left >= seconds { return }
        standing = Pause(seconds: seconds, from: now)
    }

    /// How many seconds the server must still be left alone; nil when it may be asked.
    func pause(at now: Instant) -> Double? { standing?.left(at: now) }

    /// A place among the requests under way, and the round in which it was taken.
    struct Slot: Sendable {
        fileprivate let round: Int
    }

    /// Waits for a slot; first come, first served. Throws `CancellationError`.
    func enter() async throws -> Slot {
        try Task.checkCancellation()
        if underWay < slots, waiting.isEmpty {
            underWay += 1
        } else {
            serial += 1
            let id = serial
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { (go: CheckedContinuation<Void, any Error>) in
                    if Task.isCancelled { go.resume(throwing: CancellationError()) } else { waiting.append((id, go)) }
                }
            } onCancel: {
                Task { await self.abandon(id) }
            }
        }
        return Slot(round: round)
    }

    /// Gives a slot back, with what its answer said.
    func leave(_ slot: Slot, _ answer: Answer) {
        underWay -= 1
        switch answer {
        case .fine(let seconds):
            best = min(best ?? seconds, seconds)
            if seconds > Self.bearable, seconds > Self.slow * (best ?? seconds) {
                decrease(slot)
            } else {
                allowed = min(Double(most), allowed + 1 / allowed)
            }
        case .pressed: decrease(slot)
        case .none: break
        }
        admit()
    }

    private func decrease(_ slot: Slot) {
        // Many requests meet the same trouble, which counts only once.
        guard slot.round == round else { return }
        round += 1
        allowed = max(1, allowed / 2)
    }

    private func admit() {
        while underWay < slots, !waiting.isEmpty {
            underWay += 1
            waiting.removeFirst().go.resume()
        }
    }

    private func abandon(_ id: Int) {
        guard let place = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: place).go.resume(throwing: CancellationError())
    }
}
