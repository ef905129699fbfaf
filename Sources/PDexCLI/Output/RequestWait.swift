import Jobs
import PDex

/// What is said of a request that is looked at every second: where it stands when that changes, and once that nobody
/// takes it up.
struct RequestWait {
    private var said = ""
    private var unclaimed = 0

    /// A service takes up what it can within a moment; then somebody may want to look whether there is one.
    private static let patience = 5

    /// The line for this look; nil when there is nothing new to say.
    mutating func line(_ detail: MemberRequestDetail) -> String? {
        let request = detail.request
        unclaimed = request.state == .requested ? unclaimed + 1 : 0
        let exchange = detail.exchange.map { ", its exchange \($0.state.rawValue)" } ?? ""
        let words = "request \(request.id) is \(request.state.rawValue)" + (request.state.isOpen ? exchange : "")
        guard words == said else {
            said = words
            return words
        }
        guard unclaimed == Self.patience else { return nil }
        return "nobody has taken request \(request.id) up yet:  pdex serve  answers it, if it runs on this store"
    }
}
