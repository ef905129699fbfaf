public import FHIR

/// What stopped a run, as it is kept with it and told of it: in the words of the fault, which hold no member's data.
public struct Obstacle: Sendable, Hashable {
    /// The fault's code.
    public let code: FaultCode
    /// What happened and where.
    public let message: String
    /// The next step for the person who reads it.
    public let hint: String?
    /// The configured name of the clinic or payer that it is about; nil where it is about neither.
    public let server: String?

    /// Takes a fault down; of `servers` it is about the one that its message names first.
    public init(_ fault: Fault, among servers: [String]) {
        code = fault.code
        message = fault.message
        hint = fault.hint
        let words = fault.message.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" }
        server = words.lazy.map { String($0) }.first { servers.contains($0) }
    }

    /// Reads what ``json`` wrote; nil when it is something else.
    public init?(json: JSONValue) {
        guard let code = json["code"]?.string.flatMap({ FaultCode(rawValue: $0) }),
            let message = json["message"]?.string
        else { return nil }
        self.code = code
        self.message = message
        hint = json["hint"]?.string
        server = json["server"]?.string
    }

    /// As it is kept and as programs read it.
    public var json: JSONValue {
        var object: JSONObject = ["code": .string(code.rawValue), "message": .string(message)]
        object["server"] = server.map { .string($0) }
        object["hint"] = hint.map { .string($0) }
        return .object(object)
    }

    /// The page and anchor that explains the code.
    public var documentation: String { Fault(code, .stop, "").documentation }
}
