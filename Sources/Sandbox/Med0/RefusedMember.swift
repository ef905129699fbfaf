import FHIR

/// The member whose first transaction Med0 refuses, and how Med0 recognises it.
struct RefusedMember: Sendable {
    /// The payer's id of the Patient.
    let payerPatientID: String
    /// The identifier values by which a sent Patient is recognised as that member: member id, record number.
    let identifiers: Set<String>
    let family: String
    let birthDate: String

    /// Whether a Bundle is about that member: by a Patient in it, or by a reference to the payer's own Patient.
    func isAbout(_ requests: [WriteRequest]) -> Bool {
        requests.contains { request in
            guard let resource = request.resource else { return false }
            if resource.type == "Patient" { return isPatient(resource) }
            var isFound = false
            JSONValue.object(resource.json).forEachReference { text in
                isFound = isFound || text == "Patient/\(payerPatientID)"
            }
            return isFound
        }
    }

    private func isPatient(_ patient: Resource) -> Bool {
        if patient.id == payerPatientID { return true }
        let values = (patient["identifier"]?.elements ?? []).compactMap { $0["value"]?.string }
        guard identifiers.isDisjoint(with: values) else { return true }
        let names = (patient["name"]?.elements ?? []).compactMap { $0["family"]?.string }
        return names.contains(family) && patient["birthDate"]?.string == birthDate
    }
}
