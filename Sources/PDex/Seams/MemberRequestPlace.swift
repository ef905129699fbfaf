public import FHIR

/// Where a member request stands in a list: what is open in front, what is due first before others; then what has ended,
/// what was due last before others.
public struct MemberRequestPlace: Sendable, Hashable, Comparable {
    /// Whether it is open.
    public let isOpen: Bool
    /// When it is due.
    public let due: Instant
    /// The request.
    public let id: String

    /// The place of a request.
    public init(_ request: MemberRequest) {
        isOpen = request.state.isOpen
        due = request.due
        id = request.id
    }

    /// A place from its ``text``; nil for anything else.
    public init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, ["open", "ended"].contains(parts[0]), let due = Int64(parts[1]) else { return nil }
        isOpen = parts[0] == "open"
        self.due = Instant(milliseconds: due)
        id = String(parts[2])
    }

    /// The place in one word.
    public var text: String { "\(isOpen ? "open" : "ended").\(due.milliseconds).\(id)" }

    /// Whether one stands in front of another.
    public static func < (left: Self, right: Self) -> Bool {
        guard left.isOpen == right.isOpen else { return left.isOpen }
        guard left.due == right.due else { return (left.due < right.due) == left.isOpen }
        return left.id < right.id
    }
}
