import PDex

/// Tells a search that goes on from one that goes round: by links that come again, and by pages that show nothing new.
///
/// Only hashes are kept, so that a long search costs little.
struct PageLoop: Sendable {
    private var links: Set<Int> = []
    private var contents: Set<Int> = []
    private var stale = 0
    private let most: Int

    /// So many pages in a row may show what earlier ones have shown: results move while pages are turned, and an empty
    /// page with a next link is legal (RD-04).
    static let mostStale = 1000

    /// A search that may have `most` pages.
    init(most: Int) { self.most = most }

    /// Takes a page; false when its next link is not to be followed.
    mutating func goesOn(_ page: SearchPage, next: String) -> Bool {
        var hasher = Hasher()
        for entry in page.entries { hasher.combine(entry.bytes) }
        stale = contents.insert(hasher.finalize()).inserted ? 0 : stale + 1
        return links.insert(next.hashValue).inserted && links.count < most && stale < Self.mostStale
    }
}
