public import PDex

/// A page of a list of member requests; `Told` is what is told of each.
public struct MemberRequestList<Told: Sendable>: Sendable {
    /// Those of the page.
    public let requests: [Told]
    /// How many there are on all pages.
    public let total: Int
    /// Behind which the next page begins; nil on the last.
    public let next: MemberRequestPlace?

    /// A page of so many.
    public init(requests: [Told], total: Int, next: MemberRequestPlace?) {
        self.requests = requests
        self.total = total
        self.next = next
    }
}
