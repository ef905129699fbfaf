import FHIR
import PDex
import Synchronization

/// How often each token holder asked for a member who matches no patient: ids are not to be tried out (SE-09).
///
/// A window begins with a miss and lasts an hour. Once its misses are used up, nothing more is looked up for the holder
/// until it ends, hit or miss: an answer would tell one from the other. A lookup under way counts as a miss until its
/// result is known, so that asking many at once gains nothing.
final class MissedMembers: Sendable {
    /// The answer to a lookup that is not allowed.
    struct Refusal: Sendable, Hashable {
        let afterSeconds: Int
        /// Whether it is the first refusal in its window: the one for the audit trail.
        let isFirst: Bool
    }

    private struct Window {
        var start: Instant
        var misses = 0
        var underWay = 0
        var isTold = false
    }

    /// Misses allowed to one holder in a window.
    static let most = 20
    static let seconds: Int64 = 3600

    private let windows = Mutex<[String: Window]>([:])

    /// Begins a lookup for a holder; nil when it is allowed, and then ``end(_:isMiss:)`` must follow.
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
