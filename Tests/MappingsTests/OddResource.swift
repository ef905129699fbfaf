import FHIR

/// A resource made odd: numbers with digits that readers lose, unknown elements, repeated items, missing elements.
struct OddResource {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    /// The resource, changed in some places.
    mutating func made(from resource: Resource) throws -> Resource {
        var json = resource.json
        for key in json.keys where !["resourceType", "id"].contains(key) {
            json[key] = json[key].flatMap { changed($0) }
        }
        if below(3) == 0 { json["nobodyKnows"] = ["value": number] }
        return try Resource(.object(json))
    }

    private mutating func changed(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .number: return below(2) == 0 ? number : value
        case .string(let text): return below(12) == 0 ? .string(text + " \u{1F9EA}\u{0301}") : value
        case .array(let items):
            var kept = items.compactMap { changed($0) }
            if let last = kept.last, below(8) == 0 { kept.append(last) }
            return .array(kept)
        case .object(let object):
            var made = JSONObject()
            for member in object.members where below(16) > 0 { made[member.key] = changed(member.value) }
            if below(20) == 0 { made["odd"] = number }
            if below(20) == 0 { made["decimal"] = ["extension": [["url": "urn:odd", "valueDecimal": number]]] }
            return made.isEmpty ? nil : .object(made)
        default: return value
        }
    }

    /// Digits that no floating point number keeps.
    private var number: JSONValue {
        mutating get {
            let texts = ["1.50", "0.10", "1E3", "-0.0", "1.0000000000000000000001", "123456789012345678901", "2.0e-7"]
            return JSONNumber(texts[below(texts.count)]).map(JSONValue.number) ?? .null
        }
    }

    private mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}
