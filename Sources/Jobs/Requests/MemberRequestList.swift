public import PDex

/// A page of a list of member requests.
public struct MemberRequestList: Sendable {
    /// Those of the page, each with what came of it.
    public let requests: [MemberRequestDetail]
    /// How many there are on all pages.
    public let total: Int
    /// Behind which the next page begins; nil on the last.
    public let next: MemberRequestPlace?

    /// A page of so many.
    public init(requests: [MemberRequestDetail], total: Int, next: MemberRequestPlace?) {
        self.requests = requests
        self.total = total
        self.next = next
    }
}
