public import PDex

/// One sentence that every ``PDex/Store`` keeps, and how to verify it with an empty store.
public struct StorePromise: Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String
    /// Throws a ``ContractBreach`` when the store does not keep the promise.
    public let verify: @Sendable (any Store) async throws -> Void

    init(_ sentence: String, _ verify: @escaping @Sendable (any Store) async throws -> Void) {
        description = sentence
        self.verify = verify
    }
}
