import FHIR

/// A Bulk Data kick-off, understood.
struct ExportOrder: Sendable {
    /// Whose data is exported.
    enum Level: Sendable, Hashable {
        case system
        case patient
        case group(String)

        /// Reads `$export`, `Patient/$export`, `Group/[id]/$export`; nil for other paths.
        init?(_ segments: [String]) {
            guard segments.last == "$export" else { return nil }
            switch segments.dropLast() {
            case []: self = .system
            case ["Patient"]: self = .patient
            case let path where path.count == 2 && path[0] == "Group": self = .group(path[1])
            default: return nil
            }
        }
    }

    private(set) var types: [String] = []
    private(set) var since: Instant?

    /// Reads the parameters of a GET, or of a POST with a Parameters resource. Throws 400 for what is not offered.
    init(_ request: SandboxRequest) throws(Refusal) {
        guard request.prefers("respond-async") else {
            throw Refusal(400, "invalid", "A kick-off needs the header Prefer: respond-async.")
        }
        for (name, value) in try Self.pairs(of: request) {
            switch name {
            case "_type": types += value.split(separator: ",").map(String.init)
            case "_since":
                guard let instant = Instant(value) else { throw Refusal(400, "invalid", "_since is not an instant.") }
                since = instant
            case "_outputFormat":
                guard ["application/fhir+ndjson", "application/ndjson", "ndjson"].contains(value) else {
                    throw Refusal(400, "not-supported", "_outputFormat has to be application/fhir+ndjson.")
                }
            default:
                guard request.prefers("handling=lenient") else {
                    throw Refusal(400, "not-supported", "The export parameter \(name) is not offered.")
                }
            }
        }
    }

    private static func pairs(of request: SandboxRequest) throws(Refusal) -> [(name: String, value: String)] {
        guard request.method == "POST" else {
            guard request.method == "GET" else { throw .notSupported("\(request.method) on an export") }
            guard let fields = FormFields(request.query) else {
                throw Refusal(400, "invalid", "The query cannot be read.")
            }
            return fields.pairs
        }
        guard let parameters = try? Resource(parsing: request.body), parameters.type == "Parameters" else {
            throw Refusal(400, "invalid", "A kick-off by POST takes a Parameters resource.")
        }
        return (parameters["parameter"]?.elements ?? []).compactMap { parameter in
            let value = parameter.object?.members.first { $0.key.hasPrefix("value") }?.value.string
            return parameter["name"]?.string.flatMap { name in value.map { (name, $0) } }
        }
    }
}
