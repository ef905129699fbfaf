import FHIR

/// `keep`: the elements that may leave the clinic; everything else stays.
///
/// Kept without being named: `resourceType`, `id`, `meta.security`, and modifiers, which nobody may drop silently.
struct Keep: Sendable {
    /// How much of an element is kept.
    indirect enum Part: Sendable {
        case whole
        /// Only these children, and the element's id.
        case children(Keep.Parts)
        /// Only extensions with these URLs.
        case extensions([String])
    }

    /// Parts by the keys of an object.
    struct Parts: Sendable {
        /// The keys that stay, with or without everything under them.
        let keys: Set<String>
        /// What stays under keys that do not stay whole.
        let reduced: [(key: String, part: Part)]
        private let names: NameSet

        init(keys: Set<String>, reduced: [(key: String, part: Part)]) {
            self.keys = keys
            self.reduced = reduced
            names = NameSet(keys)
        }

        /// Whether the key stays.
        func contains(_ key: String) -> Bool { names.contains(key) }
    }

    /// One item of the list as it is written, and its line.
    struct Item: Sendable, Hashable {
        let text: String
        let place: FilePlace
    }

    /// The list as it is written.
    let items: [Item]
    private let parts: Parts
    private let place: FilePlace

    init(_ parts: Parts, items: [Item], place: FilePlace) {
        self.parts = parts
        self.items = items
        self.place = place
    }

    /// The members of a resource that may stay, with `meta.profile` as given.
    func copy(of source: Resource, profile: String?, _ trace: inout TraceRecorder) -> JSONObject {
        var kept = source.json
        let meta = Self.meta(profile, security: source["meta"]?["security"])
        kept.keep { parts.contains($0) || Self.always.contains($0) }
        for (key, part) in parts.reduced {
            if let value = kept[key] { kept[key] = Self.reduce(value, to: part) }
        }
        kept["meta"] = meta.isEmpty ? nil : .object(meta)
        if trace.isOn { note(source.json, kept, &trace) }
        return kept
    }

    /// Records what became of each member, at the line of the item that names it.
    private func note(_ source: JSONObject, _ kept: JSONObject, _ trace: inout TraceRecorder) {
        for member in source.members where !Self.always.contains(member.key) {
            guard let value = kept[member.key] else {
                trace.note(.keep, member.key, "dropped", place, value: member.value)
                continue
            }
            let line = items.first { $0.names(member.key) }?.place ?? place
            trace.note(.keep, member.key, value == member.value ? "kept" : "kept in part", line, value: value)
            for path in member.value.paths(missingFrom: value, at: member.key) {
                trace.note(.keep, path, "dropped", place)
            }
        }
    }

    private static let always = NameSet(["resourceType", "id", "meta", "modifierExtension", "implicitRules"])

    private static func meta(_ profile: String?, security: JSONValue?) -> JSONObject {
        var meta = JSONObject()
        if let profile { meta["profile"] = [.string(profile)] }
        if let security { meta["security"] = security }
        return meta
    }

    private static func reduce(_ value: JSONValue, to part: Part) -> JSONValue? {
        switch (part, value) {
        case (.whole, _):
            return value
        case (.extensions(let urls), _):
            let kept = value.elements.filter { $0["url"]?.string.map(urls.contains) ?? false }
            return kept.isEmpty ? nil : .array(kept)
        case (.children, .array(let items)):
            let kept = items.compactMap { reduce($0, to: part) }
            return kept.isEmpty ? nil : .array(kept)
        case (.children(let parts), .object(var object)):
            object.keep { parts.contains($0) || $0 == "id" || $0 == "modifierExtension" }
            for (key, part) in parts.reduced {
                if let value = object[key] { object[key] = reduce(value, to: part) }
            }
            return object.isEmpty ? nil : .object(object)
        case (.children, _):
            return nil
        }
    }
}

extension Keep.Item {
    /// Whether the item is about the member `key`; a choice element matches in any type.
    func names(_ key: String) -> Bool {
        let name = key.hasPrefix("_") ? key.dropFirst() : key[...]
        if text.hasSuffix("[x]") { return name.hasPrefix(text.dropLast(3)) }
        return text.prefix { $0 != "." && $0 != "(" } == name
    }
}

extension JSONValue {
    /// The paths of elements that `kept` lacks, without those inside missing ones, each once.
    fileprivate func paths(missingFrom kept: JSONValue, at path: String) -> [String] {
        var found: [String] = []
        for item in elements {
            for member in item.object?.members ?? [] {
                let inner = path + "." + member.key
                let values = kept.elements.flatMap { $0[member.key]?.elements ?? [] }
                let lost = values.isEmpty ? [inner] : member.value.paths(missingFrom: .array(values), at: inner)
                found += lost.filter { !found.contains($0) }
            }
        }
        return found
    }
}
