/// What went wrong, where, and what to do next; never carries PHI or a secret.
///
/// A fault is thrown, stored beside the exchange it parked, and shown to the operator in the same words.
public struct Fault: Error, Sendable, Hashable {
    /// The stable name of the fault.
    public let code: FaultCode
    /// Who must act.
    public let disposition: Disposition
    /// What happened and where: type names, derived ids, status codes, hosts; never content.
    public let message: String
    /// The next step for the person who reads it.
    public let hint: String?
    /// The minimum wait that the other side asked for (`Retry-After`), in seconds.
    public let retryAfterSeconds: Int?
    /// The status of the answer that the fault is about; nil when there was no answer.
    public let httpStatus: Int?

    /// Names a fault.
    public init(
        _ code: FaultCode,
        _ disposition: Disposition,
        _ message: String,
        hint: String? = nil,
        retryAfterSeconds: Int? = nil,
        httpStatus: Int? = nil
    ) {
        self.code = code
        self.disposition = disposition
        self.message = message
        self.hint = hint
        self.retryAfterSeconds = retryAfterSeconds
        self.httpStatus = httpStatus
    }

    /// Whether the store itself could not be used at that moment, whatever was to be read or written: another program
    /// holds it, or its disk is full.
    public var isOfStore: Bool { disposition == .stop && [.storeLocked, .storeFailed].contains(code) }

    /// The page and anchor that explains the code.
    public var documentation: String {
        "docs/reference/errors.md#" + code.rawValue.replacing(".", with: "-")
    }
}

extension Fault: CustomStringConvertible {
    /// Three lines: code and message, hint, documentation.
    public var description: String {
        var text = "\(code.rawValue): \(message)"
        if let hint { text += "\n  hint: \(hint)" }
        return text + "\n  docs: \(documentation)"
    }
}
