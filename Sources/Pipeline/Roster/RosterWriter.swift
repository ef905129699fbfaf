import FHIR
import PDex

/// Writes a roster's record as the Patient and Coverage that a payer's server would return.
struct RosterWriter {
    let terms: ExchangeTerms
    let columns: RosterColumns
    let identities: Identities

    /// The id of the member's Patient: the one given, the member id if it can be one, or else a derived one.
    func patientID(of row: RosterRow) -> String {
        if let id = row.patientID { return id }
        if Resource.isID(row.memberID) { return row.memberID }
        return identities.derived("roster-member", terms.payer.name, row.memberID)
    }

    /// The Patient.
    func patient(_ row: RosterRow) -> JSONValue {
        var name: JSONObject = ["use": "official"]
        name["family"] = row[.family].map(JSONValue.string)
        name["given"] = .array([row[.given], row[.middle]].compactMap(\.self).map(JSONValue.string))
        if let suffix = row[.suffix] { name["suffix"] = [.string(suffix)] }
        var patient: JSONObject = ["resourceType": "Patient", "id": .string(patientID(of: row))]
        var identifiers = [identifier(.memberID, "MB", row)]
        if row[.recordNumber] != nil { identifiers.append(identifier(.recordNumber, "MR", row)) }
        patient["identifier"] = .array(identifiers)
        patient["name"] = [.object(name)]
        patient["gender"] = row[.gender].map(JSONValue.string)
        patient["birthDate"] = row[.birthDate].map(JSONValue.string)
        if let address = address(row) { patient["address"] = [address] }
        return .object(patient)
    }

    /// The Coverage, with the payer by its NPI: the whole roster is the payer's.
    func coverage(_ row: RosterRow) -> JSONValue {
        let id = identities.derived("roster-coverage", terms.payer.name, row.memberID, row.term)
        var coverage: JSONObject = [
            "resourceType": "Coverage", "id": .string(id), "identifier": [identifier(.memberID, "MB", row)],
            "status": .string(row[.status] ?? "active"),
        ]
        coverage["subscriberId"] = row[.subscriberID].map(JSONValue.string)
        coverage["beneficiary"] = ["reference": .string("Patient/" + patientID(of: row))]
        if let code = row[.relationship] {
            let system: JSONValue = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
            coverage["relationship"] = ["coding": [["system": system, "code": .string(code)]]]
        }
        var period = JSONObject()
        period["start"] = row[.starts].map(JSONValue.string)
        period["end"] = row[.ends].map(JSONValue.string)
        if period.count > 0 { coverage["period"] = .object(period) }
        coverage["payor"] = [
            [
                "identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(terms.payer.npi)],
                "display": .string(terms.payer.organization),
            ]
        ]
        if let plan = row[.plan] { coverage["type"] = ["text": .string(plan)] }
        coverage["order"] = row[.order].flatMap { Int($0) }.map { .number(JSONNumber($0)) }
        return .object(coverage)
    }

    private func identifier(_ field: RosterColumns.Field, _ code: String, _ row: RosterRow) -> JSONValue {
        let system: JSONValue = "http://terminology.hl7.org/CodeSystem/v2-0203"
        var identifier: JSONObject = ["type": ["coding": [["system": system, "code": .string(code)]]]]
        identifier["system"] = columns.systems[field].map(JSONValue.string)
        identifier["value"] = row[field].map(JSONValue.string)
        return .object(identifier)
    }

    private func address(_ row: RosterRow) -> JSONValue? {
        var address = JSONObject()
        if let line = row[.line] { address["line"] = [.string(line)] }
        address["city"] = row[.city].map(JSONValue.string)
        address["state"] = row[.state].map(JSONValue.string)
        address["postalCode"] = row[.postalCode].map(JSONValue.string)
        return address.count > 0 ? .object(address) : nil
    }
}
