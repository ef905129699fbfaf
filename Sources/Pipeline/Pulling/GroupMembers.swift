import FHIR

/// The active members that a Group of the clinic lists.
struct GroupMembers {
    /// The ids of the Patients at the clinic, in the order of the list.
    let patients: [String]
    /// How many members are not Patients at the clinic.
    let unlinked: Int

    /// Reads the list; nil when there is none, as in Groups defined by characteristics.
    init?(_ group: Resource, base: String) {
        let members = group["member"]?.elements ?? []
        guard !members.isEmpty else { return nil }
        let present = members.filter { $0["inactive"]?.bool != true }
        patients = present.compactMap { member -> String? in
            guard let text = member["entity"]?["reference"]?.string,
                case .local("Patient", let id, _) = Reference(parsing: text).relative(to: base)
            else { return nil }
            return id
        }
        unlinked = present.count - patients.count
    }
}
