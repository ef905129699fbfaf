import FHIR
import PDex

/// Makes nodes of the clinic's Provenance: targets are kept separately, everything else is written as for any resource
/// (PV-03).
struct TestimonyWriter {
    let writer: EntryWriter
    let stager: Stager
    /// All staged resources of the member, sent or not.
    let compartment: Set<ResourceKey>
    /// `Type/id` at the payer of the member's resources that are sent.
    let locations: [ResourceKey: String]
    /// The visit of each of them, if it has one.
    let visits: [ResourceKey: ResourceKey]
    let patient: ResourceKey
    let shared: SharedResources

    /// What remains of a Provenance with a target that is not known to be the member's: when something was done, what
    /// in codes, and who by reference. Words, and people named in words, may be about the other person.
    private static func bare(_ statement: JSONObject) -> JSONObject {
        var bare = statement
        bare.keep(where: kept.contains)
        bare["meta"] = statement["meta"]?["profile"].map { ["profile": $0] }
        bare["activity"] = statement["activity"].flatMap(codes)
        bare["agent"] = .array((statement["agent"]?.elements ?? []).map(agent))
        return bare
    }

    private static let kept: Set = ["resourceType", "id", "occurredPeriod", "occurredDateTime", "recorded"]

    private static func agent(_ agent: JSONValue) -> JSONValue {
        var bare = JSONObject()
        bare["type"] = agent["type"].flatMap(codes)
        bare["who"] = ["reference": .string(agent["who"]?["reference"]?.string ?? "#")]
        bare["onBehalfOf"] = agent["onBehalfOf"].map { ["reference": .string($0["reference"]?.string ?? "#")] }
        return .object(bare)
    }

    /// The codes of a concept, without its words.
    private static func codes(_ concept: JSONValue) -> JSONValue? {
        let codings = (concept["coding"]?.elements ?? []).compactMap { coding -> JSONValue? in
            guard let code = coding["code"]?.string else { return nil }
            var bare: JSONObject = ["code": .string(code)]
            bare["system"] = coding["system"]
            return .object(bare)
        }
        return codings.isEmpty ? nil : ["coding": .array(codings)]
    }

    /// The node of a Provenance; nil when none of its targets is sent.
    func node(
        _ mapped: MappedResource, _ reader: any StoreReader, target: (ReferenceElement) throws -> EntryWriter.Target
    ) throws -> GraphNode? {
        let (targets, isForeign) = try self.targets(of: mapped, reader)
        let own = Set(targets.map(\.key).filter { locations[$0] != nil })
        guard !own.isEmpty else { return nil }
        var location = mapped.location
        // It is also sent for the other person, and neither may replace the other.
        if isForeign {
            location =
                "Provenance/"
                + writer.identities.derived("one's part of a provenance", location, locations[patient] ?? "")
        }
        var statement = mapped.json
        statement["target"] = nil
        statement["id"] = .string(String(location.dropFirst("Provenance/".count)))
        if isForeign { statement = Self.bare(statement) }
        var json = JSONValue.object(statement)
        let references = try writer.rewrite(&json) { element in
            let found = try target(element)
            // Its other references may lead to another person.
            switch found {
            case .identifier where isForeign, .bareIdentifier where isForeign, .untouched where isForeign,
                .wordless where isForeign:
                return .masked
            default: return found
            }
        }
        let roots = own.subtracting([patient]).map { key in
            visits[key] ?? (locations[key]?.hasPrefix("Encounter/") == true ? key : patient)
        }
        return GraphNode(
            key: mapped.staged.key, contentHash: mapped.staged.contentHash, location: location,
            entry: writer.entry(json, location: location), references: references, isShared: false,
            testimony: Testimony(statement: json, targets: targets, own: own, isBroad: Set(roots).count > 1))
    }

    private func targets(
        of mapped: MappedResource, _ reader: any StoreReader
    ) throws -> (travelling: [Testimony.Target], isForeign: Bool) {
        var travelling: [Testimony.Target] = []
        var isForeign = false
        for item in mapped.json["target"]?.elements ?? [] {
            guard let text = item["reference"]?.string else {
                isForeign = true
                continue
            }
            let resolution = ReferenceResolution(text, stager: stager)
            let key = try resolution.key(reader, stager: stager)
            if let key, let location = locations[key] {
                travelling.append(.init(key: key, location: location))
            } else if resolution.isShared {
                if let key, let node = try shared.node(key, reader) {
                    travelling.append(.init(key: key, location: node.location))
                }
            } else if key.map(compartment.contains) != true {
                isForeign = true
            }
        }
        var seen: Set<ResourceKey> = []
        return (travelling.filter { seen.insert($0.key).inserted }, isForeign)
    }
}
