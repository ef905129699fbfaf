/// A JSON number as its text, because `1.00` says more than `1.0`: FHIR decimals keep their precision (FHIR R4
/// §2.24.0.1).
///
/// Numbers are equal when their text is.
public struct JSONNumber: Sendable, Hashable {
    /// The digits as they were written.
    public let text: String

    /// A number from its text; nil when it is not a number by RFC 8259 §6.
    public init?(_ text: String) {
        var copy = text
        let isNumber = copy.withUTF8 { bytes in
            var reader = JSONReader(UnsafeRawBufferPointer(bytes))
            return (try? reader.readNumber()) != nil && reader.isAtEnd
        }
        guard isNumber else { return nil }
        self.text = text
    }

    /// A whole number.
    public init(_ int: Int) {
        text = String(int)
    }

    /// A number from text that the reader has already checked.
    init(checked text: String) {
        self.text = text
    }

    /// The whole number, when it is written as one and fits.
    public var int: Int? { Int(text) }
}
