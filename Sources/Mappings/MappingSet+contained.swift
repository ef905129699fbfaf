import FHIR
import FHIRPath

extension MappingSet {
    /// Takes over the contained resources that the result still refers to, and those that they refer to.
    ///
    /// A contained resource is mapped like any other of its type: minimum necessary (CO-08) and unknown modifiers
    /// (RD-20) apply inside as well. One that no mapping takes is dropped, with a line in the trace, and references to
    /// it say that it is masked.
    func attachContained(
        of source: Resource, to outcome: MappingOutcome, by mapping: ResourceMapping, _ environment: PathEnvironment,
        _ trace: inout TraceRecorder
    ) -> MappingOutcome {
        guard case .mapped(var result, let profile, let name) = outcome, let contained = source["contained"]?.elements
        else { return outcome }
        var wanted: Set<String> = []
        JSONValue.object(result.json).addLocalReferences(to: &wanted)
        // Contained resources may refer to each other.
        let inner = readsReferences ? environment.finding(containedIn: source) : environment
        // nil: dropped.
        var found: [Int: JSONValue?] = [:]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for (index, item) in contained.enumerated() where found[index] == nil {
                guard let id = item["id"]?.string, wanted.contains("#" + id) else { continue }
                let place = FilePlace(path: mapping.path, line: 1)
                let kept = mapContained(item, inner, place, &trace)
                kept?.addLocalReferences(to: &wanted)
                found[index] = .some(kept)
                isGrowing = true
            }
        }
        let kept = found.sorted { $0.key < $1.key }.compactMap(\.value)
        if !kept.isEmpty { result.json["contained"] = .array(kept) }
        let ids = Set(kept.compactMap { $0["id"]?.string })
        let dropped = Set(found.keys.compactMap { contained[$0]["id"]?.string }).subtracting(ids)
        if !dropped.isEmpty { result.json = result.json.masking(dropped) }
        return .mapped(result, profile: profile, mapping: name)
    }

    /// A contained resource as it may travel: without `meta`, since it must have no version and no label (dom-4,
    /// dom-5), and without an identifier that would present its id in the container as the clinic's id of somebody.
    private func mapContained(
        _ item: JSONValue, _ environment: PathEnvironment, _ place: FilePlace, _ trace: inout TraceRecorder
    ) -> JSONValue? {
        guard var source = item.object else { return nil }
        source["contained"] = nil
        guard let resource = try? Resource(.object(source)) else {
            trace.note(.keep, "contained", "dropped: it is no resource", place)
            return nil
        }
        var silent = TraceRecorder(isOn: false)
        guard case .mapped(let mapped, _, let name) = map(resource, environment, &silent) else {
            trace.note(.keep, "contained \(resource.type)", "dropped: no mapping takes it", place)
            return nil
        }
        var json = mapped.json
        json["meta"] = nil
        if let system = environment.variables["clinic"]?["identifierSystem"] {
            let own =
                json["identifier"]?.elements.filter { $0["system"] != system || $0["value"] != source["id"] } ?? []
            json["identifier"] = own.isEmpty ? nil : .array(own)
        }
        trace.note(.keep, "contained \(resource.type)", "kept as \(name)", place)
        return .object(json)
    }
}

extension JSONObject {
    /// The object with references to dropped contained resources replaced by the reason.
    fileprivate func masking(_ dropped: Set<String>) -> JSONObject {
        var json = JSONValue.object(self)
        json.rewriteReferences { holder in
            guard let text = holder["reference"]?.string, text.hasPrefix("#"),
                dropped.contains(String(text.dropFirst()))
            else { return }
            holder["reference"] = nil
            holder["extension"] = [
                ["url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"]
            ]
        }
        return json.object ?? self
    }
}

extension JSONValue {
    fileprivate func addLocalReferences(to wanted: inout Set<String>) {
        forEachReference { if $0.hasPrefix("#") { wanted.insert($0) } }
    }
}
