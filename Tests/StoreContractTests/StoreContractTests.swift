import PDex
import PDexTesting
import SQLiteStore
import Testing

/// Every promise of the store's contract, kept by every store.
struct StoreContractTests {
    @Test("a store in a file keeps the promise", arguments: StoreContract.promises)
    func file(promise: StorePromise) async throws {
        let place = try TemporaryPlace()
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn)
        try await promise.verify(store)
    }

    @Test("a store in memory keeps the promise", arguments: StoreContract.promises)
    func memory(promise: StorePromise) async throws {
        try await promise.verify(try SQLiteExchangeStore.inMemory(digests: .standIn))
    }
}
