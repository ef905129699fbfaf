import PDex

/// How far an exchange was delivered when its member was examined.
///
/// What was not claimed by then did not count as possibly at the payer; what is claimed afterwards may arrive.
struct SeenDelivery: Sendable, Equatable {
    private let state: ExchangeState?
    private let submissions: [String: Attempts]

    private struct Attempts: Sendable, Equatable {
        let state: SubmissionState
        let count: Int
    }

    init(of exchange: String, _ reader: any StoreReader) throws {
        state = try reader.standing(ofExchange: exchange)?.state
        let all = try reader.submissions(ofExchange: exchange)
        submissions = Dictionary(
            all.map { ($0.id, Attempts(state: $0.state, count: $0.attempts)) }, uniquingKeysWith: { first, _ in first })
    }
}
