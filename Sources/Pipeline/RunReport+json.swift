public import FHIR
internal import PDex

extension RunReport {
    /// The object that `pdex run --output json` prints and that the store keeps with the run.
    public var json: JSONValue {
        var object: JSONObject = [
            "run": .string(run),
            "job": .string(job),
            "state": .string(state.rawValue),
            "pulled": [
                "resources": .count(pulled.resources), "patients": .count(pulled.patients),
                "bytes": .count(pulled.bytes), "requests": .count(pulled.requests),
            ],
            "exchanges": [
                "acknowledged": .count(exchanges.acknowledged), "unmatched": .count(exchanges.unmatched),
                "withheld": .counts(exchanges.withheld), "parked": .counts(exchanges.parked),
                "cancelled": .counts(exchanges.cancelled),
                "retrying": .count(exchanges.retrying), "unchanged": .count(exchanges.unchanged),
            ],
            "resources": [
                "examined": .count(resources.examined), "sent": .count(resources.sent),
                "unchanged": .count(resources.unchanged), "waiting": .count(resources.waiting),
                "left-out": .counts(resources.leftOut),
            ],
            "submitted": ["bundles": .count(submitted.bundles), "entries": .count(submitted.entries)],
            "problems": .counts(problems),
            "notes": .counts(notes),
            "conformance": .counts(conformance),
            "balanced": .bool(balanced),
            "seconds": .hundredths(seconds),
        ]
        object["fault"] = fault?.json
        return .object(object)
    }
}

extension JSONValue {
    fileprivate static func count(_ count: Int) -> JSONValue {
        .number(JSONNumber(count))
    }

    fileprivate static func counts(_ counts: [FaultCode: Int]) -> JSONValue {
        .counts(Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }))
    }

    fileprivate static func counts(_ counts: [String: Int]) -> JSONValue {
        let sorted = counts.sorted { $0.key < $1.key }
        return .object(JSONObject(members: sorted.map { .init(key: $0.key, value: .count($0.value)) }))
    }

    fileprivate static func hundredths(_ value: Double) -> JSONValue {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        let text = "\(hundredths / 100)." + (fraction < 10 ? "0" : "") + "\(fraction)"
        return JSONNumber(text).map(JSONValue.number) ?? .count(hundredths / 100)
    }
}
