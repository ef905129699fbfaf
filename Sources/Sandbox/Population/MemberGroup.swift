import FHIR

/// The Group of all Patients that Med0 covers or may cover, made by Clinic0 for bulk export.
enum MemberGroup {
    /// Its id at the clinic.
    static let id = "med0-members"

    /// The Group as JSON text; `entities` are its `member` elements.
    static func text(entities: [String], lastUpdated: Instant) -> String {
        let member = entities.isEmpty ? "" : #","member":[\#(entities.joined(separator: ","))]"#
        return #"{"resourceType":"Group","id":"\#(id)","meta":{"versionId":"1","lastUpdated":"\#(lastUpdated.text)"},"#
            + #""identifier":[{"system":"https://clinic0.example/group","value":"\#(id)"}],"active":true,"#
            + #""type":"person","actual":true,"name":"Members of Med0","quantity":\#(entities.count)\#(member)}"#
    }
}
