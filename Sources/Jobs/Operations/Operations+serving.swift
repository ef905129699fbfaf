import PDex
import Pipeline

extension Operations {
    /// The bundle of a submission that its payer fetches; nil when there is none on its way. Throws what withholds it.
    public func bundle(toServe submission: String) async throws -> [UInt8]? {
        guard let dash = submission.lastIndex(of: "-"),
            let exchange = try await store.read({ try $0.exchange(String(submission[..<dash])) })
        else { return nil }
        return try await pipeline(exchange.job).bundle(toServe: submission)
    }
}
