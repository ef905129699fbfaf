import FHIR
import PDex

/// Counts the matches of a search, each resource once: one that moves to the next page while pages are read comes
/// twice, and another one in its place not at all.
struct MatchCount: Sendable {
    private var seen: Set<Int> = []
    private var unreadable = 0

    /// How many different resources matched.
    var distinct: Int { seen.count + unreadable }

    /// Counts the matches of a page.
    mutating func count(_ page: SearchPage) {
        for entry in page.entries where entry.mode == .match {
            guard let scan = try? ResourceScan.scan(entry.bytes) else {
                // It still counts as a resource, and is refused when it is staged.
                unreadable += 1
                continue
            }
            var hasher = Hasher()
            hasher.combine(scan.type)
            hasher.combine(scan.id)
            seen.insert(hasher.finalize())
        }
    }
}
