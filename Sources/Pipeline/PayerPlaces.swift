import Synchronization

/// Places among the deliveries to one payer that this process has under way; first come, first served.
actor PayerPlaces {
    private var underWay = 0
    private var waiting: [(id: Int, most: Int, go: CheckedContinuation<Void, any Error>)] = []
    private var serial = 0

    /// Waits until fewer than `most` are under way. Throws `CancellationError`.
    func enter(most: Int) async throws {
        try Task.checkCancellation()
        guard underWay >= max(1, most) || !waiting.isEmpty else {
            underWay += 1
            return
        }
        serial += 1
        let id = serial
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (go: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    go.resume(throwing: CancellationError())
                } else {
                    waiting.append((id, max(1, most), go))
                }
            }
        } onCancel: {
            Task { await self.abandon(id) }
        }
    }

    /// Gives a place back.
    func leave() {
        underWay -= 1
        admit()
    }

    private func admit() {
        while let next = waiting.first, underWay < next.most {
            underWay += 1
            waiting.removeFirst().go.resume()
        }
    }

    private func abandon(_ id: Int) {
        guard let place = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: place).go.resume(throwing: CancellationError())
        admit()
    }
}
