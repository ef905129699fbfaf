import FHIR
import PDex
import Synchronization

/// How often each holder of a token asked for a member whom nobody is taken for: ids are not to be tried out (SE-09).
///
/// A window begins with a miss and lasts an hour. Once it has had its misses, nothing of its holder's is looked up
/// until it ends, hit or miss: an answer would tell one from the other. What is looked up at the moment counts as
/// missed until it is known, so that asking many at once gains nothing.
final class MissedMembers: Sendable {
    /// What is answered to a lookup that may not be.
    struct Refusal: Sendable, Hashable {
        let afterSeconds: Int
        /// Whether it is the first that its window refuses: the one for the audit trail.
        let isFirst: Bool
    }

    private struct Window {
        var start: Instant
        var misses = 0
        var underWay = 0
        var isTold = false
    }

    /// Misses of one holder in a window.
    static let most = 20
    static let seconds: Int64 = 3600

    private let windows = Mutex<[String: Window]>([:])

    /// Begins to look a member up for a holder; nil when it may be, and then ``end(_:isMiss:)`` must follow.
    func begin(_ holder: String, at now: Instant) -> Refusal? {
        windows.withLock { windows in
            var window = windows[holder] ?? Window(start: now)
            let end = window.start.adding(milliseconds: Self.seconds * 1000)
            if now >= end || (window.misses == 0 && window.underWay == 0) {
                window = Window(start: now, underWay: window.underWay)
            }
            defer { windows[holder] = window }
            if window.misses >= Self.most {
                let left = Int((end.milliseconds - now.milliseconds + 999) / 1000)
                defer { window.isTold = true }
                return Refusal(afterSeconds: max(left, 1), isFirst: !window.isTold)
            }
            guard window.misses + window.underWay < Self.most else { return Refusal(afterSeconds: 1, isFirst: false) }
            window.underWay += 1
            return nil
        }
    }

    /// Ends a lookup.
    func end(_ holder: String, isMiss: Bool) {
        windows.withLock { windows in
            windows[holder]?.underWay -= 1
            if isMiss { windows[holder]?.misses += 1 }
        }
    }
}
