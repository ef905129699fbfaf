import FHIR
import Serving

/// The part of a compartment that a `$everything` request asks for.
struct EverythingChoice: Sendable {
    private(set) var types: Set<String> = []
    private(set) var count = 200
    private var since: Instant?
    private var start: FHIRDate?
    private var end: FHIRDate?

    /// Reads the parameters. With `isStrict` an unknown one is refused with 400.
    init(fields: FormFields, isStrict: Bool) throws(Refusal) {
        for (name, value) in fields.pairs {
            switch name {
            case "_type": types.formUnion(value.split(separator: ",").map(String.init))
            case "_count": count = min(max(1, Int(value) ?? count), SearchRequest.largestPage)
            case "_since": since = try Self.read(name, Instant(value))
            case "start": start = try Self.read(name, FHIRDate(value))
            case "end": end = try Self.read(name, FHIRDate(value))
            case "_format": continue
            default:
                if isStrict { throw Refusal(400, "not-supported", "The parameter \(name) is not offered.") }
            }
        }
    }

    /// Whether a resource is included; one without a date is not excluded by dates of care.
    func includes(_ resource: StoredResource) -> Bool {
        if let since, resource.lastUpdated < since { return false }
        guard let from = resource.start ?? resource.end else { return true }
        let to = resource.end ?? from
        return start.map { to >= $0.earliest } ?? true && end.map { from <= $0.latest } ?? true
    }

    private static func read<Value>(_ name: String, _ value: Value?) throws(Refusal) -> Value {
        guard let value else { throw Refusal(400, "invalid", "The value of \(name) cannot be read.") }
        return value
    }
}
