import FHIR

extension Resource {
    /// The resource without the contained resources that `isLeftOut` names; references to one of them say that it is
    /// masked.
    func leavingOutContained(where isLeftOut: (JSONValue) -> Bool) -> Resource {
        let contained = self["contained"]?.elements ?? []
        let dropped = contained.filter(isLeftOut)
        guard !dropped.isEmpty else { return self }
        let ids = Set(dropped.compactMap { $0["id"]?.string })
        var json = json
        let kept = contained.filter { !isLeftOut($0) }
        json["contained"] = kept.isEmpty ? nil : .array(kept)
        var cleared = JSONValue.object(json)
        cleared.rewriteReferences { holder in
            guard let text = holder["reference"]?.string, text.hasPrefix("#"), ids.contains(String(text.dropFirst()))
            else { return }
            holder = EntryWriter.mask
        }
        return (try? Resource(cleared)) ?? self
    }
}
