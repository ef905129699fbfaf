import FHIR
import SampleData
import Testing

/// Random bundles as the outbox has them.
struct DropSample: Sendable {
    static let types = ["Patient", "Encounter", "Observation", "Condition", "Provenance", "Organization"]

    let bundle: [UInt8]
    /// What is put, by type, in the order of the bundle.
    let resources: [String: [Resource]]
    /// What is deleted, as `Type/id`.
    let deleted: [String]
    /// Everything, as `Type/id`, in the order of the bundle.
    let locations: [String]

    /// A bundle of up to 30 entries, made at an instant of 2026.
    init(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        var entries: [JSONValue] = []
        var resources: [String: [Resource]] = [:]
        var deleted: [String] = []
        var locations: [String] = []
        for number in 0..<Int.random(in: 1...30, using: &numbers) {
            let type = Self.types[Int.random(in: 0..<Self.types.count, using: &numbers)]
            let place = "\(type)/n\(number)"
            locations.append(place)
            if Int.random(in: 0..<4, using: &numbers) == 0 {
                deleted.append(place)
                entries.append(["request": ["method": "DELETE", "url": .string(place)]])
                continue
            }
            let resource = try Resource([
                "resourceType": .string(type), "id": .string("n\(number)"), "note": "a line\nand \u{2028} another",
                "value": .number(try #require(JSONNumber("\(Int.random(in: 0..<9, using: &numbers)).50"))),
            ])
            resources[type, default: []].append(resource)
            entries.append([
                "fullUrl": .string("https://fhir.med0.example/r4/" + place), "resource": .object(resource.json),
                "request": ["method": "PUT", "url": .string(place)],
            ])
        }
        let time = Instant(milliseconds: 1_770_000_000_000 + Int64.random(in: 0..<10_000_000_000, using: &numbers))
        let json: JSONValue = [
            "resourceType": "Bundle", "type": "transaction", "timestamp": .string(time.text), "entry": .array(entries),
        ]
        bundle = json.serialized()
        self.resources = resources
        self.deleted = deleted
        self.locations = locations
    }
}
