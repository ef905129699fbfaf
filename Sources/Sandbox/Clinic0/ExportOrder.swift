import FHIR
import PDex
import Serving

/// A Bulk Data kick-off, parsed.
struct ExportOrder: Sendable {
    /// The operation of Da Vinci Member Attribution, the last segment of its path.
    static let daVinci = "$davinci-data-export"

    /// Whose data is exported.
    enum Level: Sendable, Hashable {
        case system
        case patient
        case group(String)

        /// Reads `$export`, `Patient/$export`, `Group/[id]/$export`; nil for other paths.
        init?(_ segments: [String]) {
            if segments.count == 3, segments[0] == "Group", segments[2] == ExportOrder.daVinci {
                self = .group(segments[1])
                return
            }
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
    private(set) var until: Instant?
    /// Searches by type; a resource of that type has to match one of them.
    private(set) var typeFilters: [String: [SearchRequest]] = [:]
    /// The ids of the only patients to export; nil for all.
    private(set) var patients: Set<String>?
    /// The purpose; only for `$davinci-data-export` (DX-02).
    private(set) var purpose: ExportPurpose?
    /// Whether the Provenance of the exported resources is included.
    private(set) var hasProvenance = false

    /// Reads the parameters of a GET, or of a POST with a Parameters resource. Throws 400 for what is not offered.
    init(_ request: ServedRequest) throws(Refusal) {
        guard request.prefers("respond-async") else {
            throw Refusal(400, "invalid", "A kick-off needs the header Prefer: respond-async.")
        }
        let isDaVinci = request.path.hasSuffix(Self.daVinci)
        let pairs = try Self.pairs(of: request)
        if isDaVinci { try Self.refuseRepeats(in: pairs) }
        for (name, value) in pairs where try !add(name, value, hasLists: isDaVinci) {
            guard request.prefers("handling=lenient") else {
                throw Refusal(400, "not-supported", "The export parameter \(name) is not offered.")
            }
        }
        if isDaVinci {
            guard request.method == "POST" else { throw .notSupported("\(request.method) on $davinci-data-export") }
            guard purpose != .providerDelta || since != nil else {
                throw Refusal(400, "required", "_since has to come with provider-delta.")
            }
        } else if purpose != nil {
            throw Refusal(400, "not-supported", "exportType is a parameter of $davinci-data-export.")
        }
        guard patients == nil || request.method == "POST" else {
            throw Refusal(400, "invalid", "patient is a parameter of a kick-off by POST.")
        }
    }

    /// ATR has all parameters but `patient` once at most; types and filters are lists with commas (DX-01).
    private static func refuseRepeats(in pairs: [(name: String, value: String)]) throws(Refusal) {
        for name in ["exportType", "_since", "_until", "_type", "_typeFilter"]
        where pairs.count(where: { $0.name == name }) > 1 {
            throw Refusal(400, "invalid", "\(name) is there more than once; $davinci-data-export takes one.")
        }
    }

    /// Takes one parameter; false when it is not offered. With `hasLists` the filters are in one, with commas.
    private mutating func add(_ name: String, _ value: String, hasLists: Bool) throws(Refusal) -> Bool {
        switch name {
        case "_type": types += value.split(separator: ",").map(String.init)
        case "_since": since = try Self.instant(name, value)
        case "_until": until = try Self.instant(name, value)
        case "exportType":
            purpose = ExportPurpose.allCases.first { $0.exportType == value }
            return purpose != nil
        case "_typeFilter" where hasLists:
            for filter in value.split(separator: ",") { try addFilter(String(filter)) }
        case "_typeFilter": try addFilter(value)
        case "patient": patients = (patients ?? []).union([Reference(parsing: value).id ?? value])
        case "includeAssociatedData":
            guard value == "LatestProvenanceResources" else { return false }
            hasProvenance = true
        case "_outputFormat":
            guard ["application/fhir+ndjson", "application/ndjson", "ndjson"].contains(value) else {
                throw Refusal(400, "not-supported", "_outputFormat has to be application/fhir+ndjson.")
            }
        default: return false
        }
        return true
    }

    private mutating func addFilter(_ value: String) throws(Refusal) {
        let parts = value.split(separator: "?", maxSplits: 1).map(String.init)
        guard parts.count == 2, let fields = FormFields(parts[1]) else {
            throw Refusal(400, "invalid", "_typeFilter is not a search such as Observation?category=laboratory.")
        }
        typeFilters[parts[0], default: []].append(try SearchRequest(type: parts[0], fields: fields, isStrict: true))
    }

    private static func instant(_ name: String, _ value: String) throws(Refusal) -> Instant {
        guard let instant = Instant(value) else { throw Refusal(400, "invalid", "\(name) is not an instant.") }
        return instant
    }

    private static func pairs(of request: ServedRequest) throws(Refusal) -> [(name: String, value: String)] {
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
            let value = parameter.object?.members.first { $0.key.hasPrefix("value") }?.value
            let text = value?.string ?? value?["reference"]?.string
            return parameter["name"]?.string.flatMap { name in text.map { (name, $0) } }
        }
    }
}
