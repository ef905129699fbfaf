/// The two ways (link keys) by which one value leads to a payer's members and to a clinic's patients.
///
/// The two keys are close together, so that a store finds both in one place.
public struct LinkPair: Sendable, Hashable {
    /// The way to the payer's members.
    public let toMembers: Int64
    /// The way to the clinic's patients.
    public let toPatients: Int64

    /// Assembles a pair.
    public init(toMembers: Int64, toPatients: Int64) {
        self.toMembers = toMembers
        self.toPatients = toPatients
    }
}

/// The people that a ``LinkPair`` leads to, each list in key order.
public struct LinkedPeople: Sendable, Hashable {
    /// The payer's members.
    public var members: [ResourceKey]
    /// The clinic's patients.
    public var patients: [ResourceKey]

    /// Assembles what was found.
    public init(members: [ResourceKey] = [], patients: [ResourceKey] = []) {
        self.members = members
        self.patients = patients
    }
}
