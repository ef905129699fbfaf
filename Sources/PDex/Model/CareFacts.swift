/// What the join needs to know about a resource: when care was given, and at which visits. Recorded when the resource
/// is staged, so that the join parses nothing.
public struct CareFacts: Sendable, Hashable {
    /// The visits that it names anywhere, once each, in ascending order.
    public let visits: [ResourceKey]
    /// When care was given, as the resource writes it, cut to the day.
    public let dates: ServiceDates

    /// Assembles facts; dates are cut to the day.
    public init(visits: [ResourceKey], dates: ServiceDates) {
        self.visits = visits
        self.dates = ServiceDates(first: dates.first.map(Self.day), last: dates.last.map(Self.day))
    }

    /// Only ten bytes are ever compared; text whose first ten are not all ASCII stays whole.
    private static func day(_ text: String) -> String {
        let bytes = text.utf8.prefix(10)
        guard bytes.count < text.utf8.count, bytes.allSatisfy({ $0 < 0x80 }) else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }
}
