/// A set of staged resources, as the numbers under which the store keeps them in the order of their arrival.
///
/// It takes one bit for each resource that the store holds, whoever it belongs to: 125 KB for a million.
public struct ArrivalSet: Sendable, Hashable {
    private var words: [UInt64] = []

    /// Starts empty.
    public init() {}

    /// Adds a number; numbers begin at 1.
    public mutating func insert(_ number: Int64) {
        let (word, bit) = Self.place(number)
        if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
        words[word] |= bit
    }

    /// Whether the set holds a number.
    public func contains(_ number: Int64) -> Bool {
        let (word, bit) = Self.place(number)
        return word < words.count && words[word] & bit != 0
    }

    private static func place(_ number: Int64) -> (word: Int, bit: UInt64) {
        (Int(number >> 6), 1 << UInt64(number & 63))
    }
}
