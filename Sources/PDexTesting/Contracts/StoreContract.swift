/// Everything that the rest of the service relies on in a store, sentence by sentence.
///
/// A new implementation of ``PDex/Store`` is finished when it keeps each promise, starting from an empty store.
public enum StoreContract {
    /// All promises.
    public static var promises: [StorePromise] {
        staging + finding + runs + exports + exchanges + outbox + leases + audit + transactions + conservation
            + requests + queue + breakers + members + people + replays + restoring
    }
}
