/// The members that a roster names, as hashes, in memory that does not grow with it.
struct RosterMembers {
    /// What is kept of a record under one of its names. For the same name, the earlier line comes first.
    private struct Entry: BitwiseCopyable, Comparable {
        let name: Int
        let line: Int
        let owner: Int
        let term: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.name == right.name ? left.line < right.line : left.name < right.name
        }
    }

    /// What is wrong with a line.
    private struct Flaw: BitwiseCopyable, Comparable {
        enum Kind: Int, BitwiseCopyable {
            case somebodyElse
            case again
            case anotherMember
        }

        let line: Int
        let kind: Kind

        static func < (left: Flaw, right: Flaw) -> Bool {
            left.line == right.line ? left.kind.rawValue < right.kind.rawValue : left.line < right.line
        }
    }

    private let most: Int
    private var members: SortedSpill<Entry>
    private var patients: SortedSpill<Entry>

    init(holding most: Int = 1 << 15) {
        self.most = most
        members = SortedSpill(holding: most)
        patients = SortedSpill(holding: most)
    }

    /// Notes the record of a line, and the id of the Patient made from it.
    mutating func note(_ row: RosterRow, patientID: String, at line: Int) throws {
        let (member, term) = (row.memberID.hashValue, row.term.hashValue)
        try members.append(Entry(name: member, line: line, owner: row.person.hashValue, term: term))
        try patients.append(Entry(name: patientID.hashValue, line: line, owner: member, term: term))
    }

    /// Reports, once each and in order, the lines that contradict an earlier one about their member, repeat it, or give
    /// a member the Patient of another.
    func contradictions(_ tell: (RosterFlaw) -> Void) throws {
        var flaws = SortedSpill<Flaw>(holding: most)
        try Self.each(of: members) { first, other, terms in
            if other.owner != first.owner {
                try flaws.append(Flaw(line: other.line, kind: .somebodyElse))
            } else if !terms.insert(other.term).inserted {
                try flaws.append(Flaw(line: other.line, kind: .again))
            }
        }
        try Self.each(of: patients) { first, other, _ in
            if other.owner != first.owner { try flaws.append(Flaw(line: other.line, kind: .anotherMember)) }
        }
        var sorted = try flaws.sorted()
        var last: Int?
        while let flaw = try sorted.next() {
            if flaw.line != last { tell(RosterFlaw(line: flaw.line, reason: Self.words(flaw.kind))) }
            last = flaw.line
        }
    }

    /// Visits the entries of each name after its first, with the terms met for that name.
    private static func each(
        of entries: SortedSpill<Entry>, _ body: (_ first: Entry, _ other: Entry, inout Set<Int>) throws -> Void
    ) throws {
        var sorted = try entries.sorted()
        while let first = try sorted.next() {
            var terms: Set = [first.term]
            while let other = sorted.peek, other.name == first.name {
                _ = try sorted.next()
                try body(first, other, &terms)
            }
        }
    }

    private static func words(_ kind: Flaw.Kind) -> String {
        switch kind {
        case .somebodyElse: "an earlier line gives this member-id to somebody else"
        case .again: "an earlier line has the same member-id, plan, starts and subscriber-id"
        case .anotherMember: "an earlier line gives this patient-id to another member-id"
        }
    }
}
