/// A code of a code system, with the display text and the version that came with it.
public struct Coding: Sendable, Hashable {
    /// The code system, a URI.
    public var system: String?
    /// The code.
    public var code: String?
    /// The words for the code.
    public var display: String?
    /// The version of the code system.
    public var version: String?

    /// A coding of these parts.
    public init(system: String? = nil, code: String? = nil, display: String? = nil, version: String? = nil) {
        self.system = system
        self.code = code
        self.display = display
        self.version = version
    }

    /// Reads a `Coding`; nil when the value is not an object.
    public init?(_ json: JSONValue) {
        guard case .object(let object) = json else { return nil }
        system = object["system"]?.string
        code = object["code"]?.string
        display = object["display"]?.string
        version = object["version"]?.string
    }

    /// The coding as FHIR writes it, absent parts left out.
    public var json: JSONValue {
        var object = JSONObject()
        object["system"] = system.map { .string($0) }
        object["version"] = version.map { .string($0) }
        object["code"] = code.map { .string($0) }
        object["display"] = display.map { .string($0) }
        return .object(object)
    }
}
