/// How a store is opened.
public struct StoreOptions: Sendable, Hashable {
    /// How long reads and writes wait for other processes before they give up with `store.locked`.
    public var lockTimeout: Duration
    /// How many reads may go on at a time, in addition to the one writer.
    public var readers: Int
    /// How much of the database the writer keeps in memory, in KiB.
    public var writerCacheKiB: Int

    /// How much of the database each reader keeps in memory, in KiB: the join reads random places of its indexes.
    public var readerCacheKiB: Int

    /// Five seconds, three readers with 2 MiB each and 8 MiB for the writer by default; at least one reader.
    public init(
        lockTimeout: Duration = .seconds(5), readers: Int = 3, writerCacheKiB: Int = 8 * 1024,
        readerCacheKiB: Int = 2 * 1024
    ) {
        self.lockTimeout = lockTimeout
        self.readers = max(readers, 1)
        self.writerCacheKiB = writerCacheKiB
        self.readerCacheKiB = readerCacheKiB
    }
}
