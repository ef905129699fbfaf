import PDex
import Pipeline

extension Operations {
    /// The bundle of a submission that its payer fetches; nil when there is none under way. Throws the fault that
    /// withholds it, and `queue.paused` while an operator holds its payer, job or lane.
    public func bundle(toServe submission: String) async throws -> [UInt8]? {
        guard let dash = submission.lastIndex(of: "-"),
            let exchange = try await store.read({ try $0.exchange(String(submission[..<dash])) }),
            let bundle = try await pipeline(exchange.job).bundle(toServe: submission)
        else { return nil }
        // Checked last, since asking for consents may take a while.
        guard let hold = try await hold(on: submission, of: exchange) else { return bundle }
        if heldFiles.isFirst(submission, under: hold) {
            let entry = AuditEntry(
                at: clock.now(), actor: "service", action: "files.refused", run: exchange.run, exchange: exchange.id,
                reason: "\(submission): \(hold.subject.rawValue) \(hold.name) is paused")
            try await store.write { try $0.record(entry) }
        }
        throw Fault(
            .queuePaused, .retry, "\(hold.subject.rawValue) \(hold.name) is paused by an operator",
            hint: "pdex queue resume \(hold.subject.rawValue) \(hold.name)  hands out its files again")
    }

    private func hold(on submission: String, of exchange: Exchange) async throws -> Hold? {
        try await store.read { reader in
            let lane = try reader.submissions(ofExchange: exchange.id).first { $0.id == submission }?.lane
            return try reader.holds().first { hold in
                switch hold.subject {
                case .payer: hold.name == exchange.payer
                case .job: hold.name == exchange.job
                case .lane: hold.name == lane?.rawValue
                }
            }
        }
    }
}
