/// Why bytes are not acceptable JSON, and where; it never carries any of the content.
public struct JSONError: Error, Sendable, Equatable {
    /// The rule that was broken; raw values are stable and may be logged.
    public enum Reason: String, Sendable, CaseIterable {
        /// The document has more bytes than the limits allow.
        case tooLarge = "too-large"
        /// Arrays and objects are nested deeper than the limits allow.
        case tooDeep = "too-deep"
        /// The document ends before its value does.
        case unexpectedEnd = "unexpected-end"
        /// A byte is where the grammar of RFC 8259 does not allow it.
        case unexpectedByte = "unexpected-byte"
        /// Something other than white space follows the value.
        case trailingBytes = "trailing-bytes"
        /// The document starts with a byte order mark (RFC 8259 §8.1).
        case byteOrderMark = "byte-order-mark"
        /// A string is not UTF-8: overlong, a surrogate, truncated or out of range (RFC 3629 §3).
        case invalidUTF8 = "invalid-utf8"
        /// A backslash is followed by something that is not an escape.
        case invalidEscape = "invalid-escape"
        /// A `\u` escape is half of a surrogate pair.
        case loneSurrogate = "lone-surrogate"
        /// A control character is unescaped in a string.
        case controlCharacter = "control-character"
        /// A number is not written as RFC 8259 §6 demands.
        case invalidNumber = "invalid-number"
        /// A word starts like `true`, `false` or `null` but is none of them.
        case invalidLiteral = "invalid-literal"
        /// An object has two members of the same name.
        case duplicateKey = "duplicate-key"
    }

    /// The rule that was broken.
    public let reason: Reason

    /// The byte at which it was noticed, counted from 0.
    public let offset: Int

    /// An error of the given reason, noticed at the given byte.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// `duplicate-key at byte 132`.
    public var description: String { "\(reason.rawValue) at byte \(offset)" }
}
