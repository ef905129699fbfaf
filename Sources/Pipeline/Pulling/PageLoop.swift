import PDex

/// Detects a search that goes round in circles, by links that repeat and by pages that show nothing new.
///
/// Only hashes are kept, so that a long search costs little.
struct PageLoop: Sendable {
    private var links: Set<Int> = []
    private var contents: Set<Int> = []
    private var stale = 0
    private let most: Int

    /// How many pages in a row may repeat earlier ones: results move while pages are read, and an empty page with a
    /// next link is legal (RD-04).
    static let mostStale = 1000

    /// For a search of at most `most` pages.
    init(most: Int) { self.most = most }

    /// Registers a page; false when its next link must not be followed.
    mutating func goesOn(_ page: SearchPage, next: String) -> Bool {
        var hasher = Hasher()
        for entry in page.entries { hasher.combine(entry.bytes) }
        stale = contents.insert(hasher.finalize()).inserted ? 0 : stale + 1
        return links.insert(next.hashValue).inserted && links.count < most && stale < Self.mostStale
    }
}
