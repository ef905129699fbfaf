import FHIR

/// The settings that make a sandbox the same again: its story and its ports.
struct SandboxSettings: Sendable, Hashable {
    var seed = 1
    var members = 50
    /// The end of the invented story; fixed, since otherwise everything would be new the next day.
    var asOf: Instant
    /// A folder with a clinic's data to use instead of invented data.
    var clinicData: String?
    var clinicPort = 18_400
    var payerPort = 18_401

    init(asOf: Instant) {
        self.asOf = asOf
    }

    /// Reads what ``json`` wrote.
    init?(_ json: JSONValue) {
        guard let seed = json["seed"]?.number?.int, let members = json["members"]?.number?.int,
            let asOf = json["as-of"]?.string.flatMap({ Instant($0) }),
            let clinicPort = json["clinic-port"]?.number?.int, let payerPort = json["payer-port"]?.number?.int,
            seed >= 0, members >= 0, (0...65_535).contains(clinicPort), (0...65_535).contains(payerPort)
        else { return nil }
        self.seed = seed
        self.members = members
        self.asOf = asOf
        self.clinicPort = clinicPort
        self.payerPort = payerPort
        clinicData = json["clinic-data"]?.string
    }

    /// The settings as stored in the folder.
    var json: JSONValue {
        var object: JSONObject = [
            "seed": .number(JSONNumber(seed)), "members": .number(JSONNumber(members)), "as-of": .string(asOf.text),
            "clinic-port": .number(JSONNumber(clinicPort)), "payer-port": .number(JSONNumber(payerPort)),
        ]
        object["clinic-data"] = clinicData.map { .string($0) }
        return .object(object)
    }
}
