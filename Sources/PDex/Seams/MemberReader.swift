/// What recognising a patient may read from a store: everything that decides who is which member.
public protocol MemberReader {
    /// The staged resource with that key.
    func staged(_ key: ResourceKey) throws -> StagedResource?
    /// The patient itself, if staged, followed by every resource in its compartment, in the order of their keys.
    func compartment(of patient: ResourceKey) throws -> [StagedResource]
    /// What the join needs to know about a person, as recorded by ``StoreWriter/index(_:of:for:facts:links:basis:)``;
    /// nil makes the join read the records.
    func facts(of person: ResourceKey) throws -> PersonFacts?
    /// The people (a payer's members, a clinic's patients) that a way of recognising them leads to
    /// (``Identities/linkKey(source:by:value:)``).
    func members(linkedBy link: Int64) throws -> [ResourceKey]
    /// The same for two ways at once; if their keys are close, both are found in one place.
    func people(linkedBy ways: LinkPair) throws -> LinkedPeople
    /// What an operator decided about a patient.
    func memberLink(of patient: ResourceKey, _ route: Route) throws -> MemberLink?
    /// The operator's link that leads to a member.
    func memberLink(to member: ResourceKey, _ route: Route) throws -> MemberLink?
    /// The outcome of asking the payer who a patient is (`$member-match`).
    func memberMatch(of patient: ResourceKey, _ route: Route) throws -> MemberMatch?
    /// The patients that the payer identified as that member.
    func patients(answeredAs member: ResourceKey, _ route: Route) throws -> [ResourceKey]
    /// The latest exchange of a member with a payer.
    func latestExchange(member: ResourceKey, payer: String) throws -> Exchange?
    /// The patients whose latest exchange with a payer was decided for `survivor`, which had taken their place.
    func followers(of survivor: ResourceKey, payer: String) throws -> [ResourceKey]
}
