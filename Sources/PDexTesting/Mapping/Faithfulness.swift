public import FHIR
public import Mappings

/// Compares a mapping's result with the source and with what its trace reports, by path and value.
///
/// It does not know how the verbs work, only which paths a line reports to have set, translated or dropped.
public struct Faithfulness {
    /// The clinic's resource.
    public let source: Resource
    /// The payer's resource.
    public let result: Resource
    /// The paths that a line of `set` or `translate` wrote.
    public let written: Set<String>
    /// The paths that a line of `keep` dropped.
    private let dropped: Set<String>
    /// The elements that were reported as kept in part.
    private let partly: Set<String>

    /// Nil when the set does not map the resource.
    public init?(of source: Resource, by set: MappingSet) {
        let trace = set.explain(source, in: MappingTests.context)
        guard case .mapped(let result, _, _) = trace.outcome else { return nil }
        let kept = trace.steps.filter { $0.verb == .keep }
        self.init(
            source: source, result: result,
            written: Set(trace.steps.filter { $0.verb == .set || $0.verb == .translate }.map(\.subject)),
            dropped: Set(kept.filter { $0.note.hasPrefix("dropped") }.map(\.subject)),
            partly: Set(kept.filter { $0.note == "kept in part" }.map(\.subject)))
    }

    private init(
        source: Resource, result: Resource, written: Set<String>, dropped: Set<String>, partly: Set<String>
    ) {
        self.source = source
        self.result = result
        self.written = written
        self.dropped = dropped
        self.partly = partly
    }

    /// The same comparison with another result.
    public func with(_ result: Resource) -> Faithfulness {
        Faithfulness(source: source, result: result, written: written, dropped: dropped, partly: partly)
    }

    /// What the result has at paths that no line wrote, and the source does not have there.
    public var added: [String] {
        let labels = result.json["meta"]?["security"]
        let strange = labels == source.json["meta"]?["security"] || written.contains("meta.security") ? [] : ["meta"]
        return strange + members(of: result.json).flatMap { added($0.value, source.json[$0.key], at: $0.key) }
    }

    /// What the source has and the result lacks, though no line reports that.
    public var lost: [String] {
        members(of: source.json).flatMap { lost($0.value, result.json[$0.key], at: $0.key) }
    }

    /// Contained resources are mapped by the mapping for their type; `meta` is the mapper's except for its labels.
    private func members(of json: JSONObject) -> [JSONObject.Member] {
        json.members.filter { !["meta", "contained"].contains($0.key) }
    }

    private func added(_ value: JSONValue, _ source: JSONValue?, at path: String) -> [String] {
        guard !written.contains(path) else { return [] }
        guard let source else { return ["added " + path] }
        switch (value, source) {
        case (.object(let own), .object(let other)):
            if Self.isMasked(value, other) { return [] }
            return own.members.flatMap { added($0.value, other[$0.key], at: path + "." + $0.key) }
        case (.array(let own), .array(let other)):
            return own.flatMap { item in best(other.map { added(item, $0, at: path) }, "added " + path) }
        default:
            return value == source ? [] : ["changed " + path]
        }
    }

    private func lost(_ value: JSONValue, _ result: JSONValue?, at path: String) -> [String] {
        guard !written.contains(path), !dropped.contains(path) else { return [] }
        guard let result else { return ["lost " + path] }
        switch (value, result) {
        case (.object(let own), .object(let other)):
            if Self.isMasked(result, own) { return [] }
            return own.members.flatMap { lost($0.value, other[$0.key], at: path + "." + $0.key) }
        case (.array(let own), .array(let other)):
            // Only extensions that a line names are kept.
            if path.hasSuffix("extension"), partly.contains(where: { path == $0 || path.hasPrefix($0 + ".") }) {
                return []
            }
            return own.flatMap { item in best(other.map { lost(item, $0, at: path) }, "lost " + path) }
        default:
            return value == result ? [] : ["changed " + path]
        }
    }

    /// An item corresponds to the one on the other side from which it differs least.
    private func best(_ differences: [[String]], _ otherwise: String) -> [String] {
        differences.min { $0.count < $1.count } ?? [otherwise]
    }

    /// A reference to a contained resource that had to be left out says so.
    private static func isMasked(_ value: JSONValue, _ source: JSONObject) -> Bool {
        value["extension"]?[0]?["valueCode"] == "masked" && source["reference"]?.string?.hasPrefix("#") == true
    }
}
