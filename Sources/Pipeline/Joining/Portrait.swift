import PDex

/// A person as the rules see them, from either side: read once, however often it is compared.
struct Portrait {
    /// The person; nil when there is no Patient.
    let person: Person?
    private let values: [[String]]

    init(_ person: Person?, _ values: (MatchRule) -> [String]) {
        self.person = person
        self.values = MatchRule.allCases.map(values)
    }

    /// The values by which a rule recognises the person.
    func values(_ rule: MatchRule) -> [String] {
        values[rule.place]
    }

    /// Whether a rule finds a value that both share.
    func shares(with other: Portrait, by rule: MatchRule) -> Bool {
        let others = other.values(rule)
        return values(rule).contains(where: others.contains)
    }

    /// Whether enough is known about both to check what a rule found: name and birth date.
    ///
    /// The payer's own answer needs no check, since its question contained both; any other number may belong to someone
    /// else in the family.
    func isComparable(to other: Portrait, by rule: MatchRule) -> Bool {
        rule == .memberMatch || (person?.isComparable == true && other.person?.isComparable == true)
    }

    /// Whether both are known and cannot be the same person.
    ///
    /// If a number leads from one to the other, the person may have moved; if only names do, a different address means
    /// a different person.
    func contradicts(_ other: Portrait, by rule: MatchRule = .memberID) -> Bool {
        guard let person, let other = other.person else { return false }
        return person.contradicts(other) || (rule == .demographics && person.livesElsewhere(other))
    }
}

extension MatchRule {
    /// Its place among all rules.
    fileprivate var place: Int {
        switch self {
        case .memberID: 0
        case .memberMatch: 1
        case .recordNumber: 2
        case .subscriberID: 3
        case .demographicsAddress: 4
        case .demographics: 5
        }
    }
}
