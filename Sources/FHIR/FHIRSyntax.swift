/// What FHIR R4 allows in names and ids (§2.24.0.1), over any UTF-8.
enum FHIRSyntax {
    /// A resource type: 1 to 64 ASCII letters.
    static func isTypeName(_ text: some Collection<UInt8>) -> Bool {
        (1...64).contains(text.count) && text.allSatisfy(isLetter)
    }

    /// A logical id: 1 to 64 ASCII letters, digits, dashes and dots.
    static func isID(_ text: some Collection<UInt8>) -> Bool {
        (1...64).contains(text.count) && text.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// An ASCII letter.
    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// An ASCII digit.
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }
}
