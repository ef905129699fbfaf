/// What the join asks of a resource: when care was given, and at which visits. Kept when it is staged, so that nothing
/// is parsed to be joined.
public struct CareFacts: Sendable, Hashable {
    /// The visits that it names anywhere, each once, in ascending order.
    public let visits: [ResourceKey]
    /// When it says that care was given, as it is written, to the day.
    public let dates: ServiceDates

    /// Assembles facts; of the dates only the days are kept.
    public init(visits: [ResourceKey], dates: ServiceDates) {
        self.visits = visits
        self.dates = ServiceDates(first: dates.first.map(Self.day), last: dates.last.map(Self.day))
    }

    /// No more of a text is compared; what is not ASCII stays whole.
    private static func day(_ text: String) -> String {
        let bytes = text.utf8.prefix(10)
        guard bytes.count < text.utf8.count, bytes.allSatisfy({ $0 < 0x80 }) else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }
}
