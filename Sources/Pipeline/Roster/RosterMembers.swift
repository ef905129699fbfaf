/// The members that a roster has named so far, by hashes: a few bytes each, however long the roster is.
struct RosterMembers {
    private var people: [Int: Int] = [:]
    private var terms: Set<Int> = []

    /// Takes a record, unless an earlier one says something else of the same member, or the same again.
    mutating func admit(_ row: RosterRow) -> Result<RosterRow, RosterRow.Refusal> {
        let (member, person) = (row.memberID.hashValue, row.person.hashValue)
        if let known = people.updateValue(person, forKey: member), known != person {
            people[member] = known
            return .failure(.init("an earlier line gives this member-id to somebody else"))
        }
        var hasher = Hasher()
        hasher.combine(row.memberID)
        hasher.combine(row.term)
        guard terms.insert(hasher.finalize()).inserted else {
            return .failure(.init("an earlier line has the same member-id, plan, starts and subscriber-id"))
        }
        return .success(row)
    }
}
