import FHIR
import PDex

/// One record of a roster: a member with one coverage. An unreadable value is refused, not guessed.
struct RosterRow {
    /// Why a record cannot be used.
    struct Refusal: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// The member's id at the payer.
    let memberID: String
    /// Everything that says who the member is, to detect two people with one id.
    let person: String
    /// Distinguishes the member's coverages.
    let term: String
    let patientID: String?

    private let values: [RosterColumns.Field: String]

    private static let genders = [
        "male": "male", "female": "female", "other": "other", "unknown": "unknown", "m": "male", "f": "female",
        "o": "other", "u": "unknown",
    ]
    private static let statuses: Set = ["active", "cancelled", "draft", "entered-in-error"]
    private static let relationships: Set = [
        "self", "child", "parent", "spouse", "common", "other", "injured",
    ]

    init(_ record: [String], _ header: RosterHeader) throws(Refusal) {
        guard record.count == header.width else {
            throw Refusal("it has \(record.count) fields instead of \(header.width)")
        }
        var values: [RosterColumns.Field: String] = [:]
        for field in RosterColumns.Field.allCases { values[field] = header.value(field, in: record) }
        for field in RosterColumns.Field.allCases where field.isRequired && values[field] == nil {
            throw Refusal("it has no \(field.rawValue)")
        }
        guard let id = values[.memberID] else { throw Refusal("it has no member-id") }
        for field in [RosterColumns.Field.birthDate, .starts, .ends] {
            guard let text = values[field] else { continue }
            guard FHIRDate(text)?.precision == .day else {
                throw Refusal("\(field.rawValue) is no date such as 1979-04-02")
            }
        }
        if let text = values[.gender] {
            guard let gender = Self.genders[text.lowercased()] else {
                throw Refusal("gender is none of male, female, other, unknown, M, F, O, U")
            }
            values[.gender] = gender
        }
        if header.has(.status) {
            guard let status = values[.status]?.lowercased(), Self.statuses.contains(status) else {
                throw Refusal("status is none of active, cancelled, draft, entered-in-error")
            }
            values[.status] = status
        }
        if let text = values[.relationship]?.lowercased() {
            guard Self.relationships.contains(text) else {
                throw Refusal("relationship is none of \(Self.relationships.sorted().joined(separator: ", "))")
            }
            values[.relationship] = text
        }
        if let text = values[.order], Int(text).map({ $0 < 1 }) ?? true { throw Refusal("order is no number from 1") }
        if let start = values[.starts], let end = values[.ends], end < start {
            throw Refusal("ends lies before starts")
        }
        if let text = values[.patientID], !Resource.isID(text) { throw Refusal("patient-id is no FHIR id") }
        memberID = id
        patientID = values[.patientID]
        let who: [RosterColumns.Field] = [
            .patientID, .family, .given, .middle, .suffix, .birthDate, .gender, .recordNumber, .line, .city, .state,
            .postalCode,
        ]
        person = who.map { values[$0] ?? "" }.joined(separator: "\u{1f}")
        term = [values[.plan], values[.starts], values[.subscriberID]].map { $0 ?? "" }.joined(separator: "\u{1f}")
        self.values = values
    }

    /// The record's value in a field.
    subscript(field: RosterColumns.Field) -> String? { values[field] }
}
