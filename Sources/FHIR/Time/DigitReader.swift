/// Reads the fixed-width fields of dates from bytes; every step reports whether it fitted.
struct DigitReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// Steps over a text if it is here.
    mutating func skip(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard bytes.count - position >= length else { return false }
        for index in 0..<length where bytes[position + index] != text.utf8Start[index] { return false }
        position += length
        return true
    }

    /// Steps over whichever of some texts is here; returns its place among them.
    mutating func skip(oneOf texts: [StaticString]) -> Int? {
        for (index, text) in texts.enumerated() where skip(text) { return index }
        return nil
    }

    /// A number of exactly this many digits, within a range.
    mutating func number(digits: Int, in range: ClosedRange<Int>) -> Int? {
        guard bytes.count - position >= digits else { return nil }
        var value = 0
        for _ in 0..<digits {
            guard FHIRSyntax.isDigit(bytes[position]) else { return nil }
            value = value * 10 + Int(bytes[position] &- UInt8(ascii: "0"))
            position += 1
        }
        return range.contains(value) ? value : nil
    }

    /// All digits that follow, as a fraction of a second: nanoseconds, the rest cut off, and how many digits counted.
    mutating func fraction() -> (nanoseconds: Int, digits: Int)? {
        var nanoseconds = 0
        var digits = 0
        let start = position
        while !isAtEnd, FHIRSyntax.isDigit(bytes[position]) {
            if digits < 9 {
                nanoseconds = nanoseconds * 10 + Int(bytes[position] &- UInt8(ascii: "0"))
                digits += 1
            }
            position += 1
        }
        guard position > start else { return nil }
        for _ in digits..<9 { nanoseconds *= 10 }
        return (nanoseconds, digits)
    }
}
