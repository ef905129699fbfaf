/// The members that a roster names, by hashes, in a memory that does not grow with it.
struct RosterMembers {
    /// What is kept of a record. Of one member, the earlier line comes first.
    struct Entry: BitwiseCopyable, Comparable {
        let member: Int
        let line: Int
        let person: Int
        let term: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.member == right.member ? left.line < right.line : left.member < right.member
        }
    }

    private var entries: SortedSpill<Entry>

    init(holding most: Int = 1 << 15) {
        entries = SortedSpill(holding: most)
    }

    /// Takes the record of a line.
    mutating func note(_ row: RosterRow, at line: Int) throws {
        try entries.append(
            Entry(
                member: row.memberID.hashValue, line: line, person: row.person.hashValue, term: row.term.hashValue))
    }

    /// Tells each line of whose member an earlier one says something else, or the same again; not in the order of
    /// lines.
    func contradictions(_ tell: (RosterFlaw) -> Void) throws {
        var sorted = try entries.sorted()
        while let first = try sorted.next() {
            var terms: Set = [first.term]
            while let other = sorted.peek, other.member == first.member {
                _ = try sorted.next()
                if other.person != first.person {
                    tell(RosterFlaw(line: other.line, reason: "an earlier line gives this member-id to somebody else"))
                } else if !terms.insert(other.term).inserted {
                    tell(
                        RosterFlaw(
                            line: other.line,
                            reason: "an earlier line has the same member-id, plan, starts and subscriber-id"))
                }
            }
        }
    }
}
