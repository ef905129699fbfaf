import PDex

/// Somebody as the rules see them, of either side: read once, however often it is compared.
struct Portrait {
    /// Who it is; nil when there is no Patient.
    let person: Person?
    private let values: [[String]]

    init(_ person: Person?, _ values: (MatchRule) -> [String]) {
        self.person = person
        self.values = MatchRule.allCases.map(values)
    }

    /// What a rule recognises it by.
    func values(_ rule: MatchRule) -> [String] {
        values[rule.place]
    }

    /// Whether a rule goes by something that both have.
    func shares(with other: Portrait, by rule: MatchRule) -> Bool {
        let others = other.values(rule)
        return values(rule).contains(where: others.contains)
    }

    /// Whether enough is known of both to hold what a rule found against it: name and birth date.
    ///
    /// The payer's own answer was given to a question with both in it; any other number may be somebody else's in the
    /// family.
    func isComparable(to other: Portrait, by rule: MatchRule) -> Bool {
        rule == .memberMatch || (person?.isComparable == true && other.person?.isComparable == true)
    }

    /// Whether both are known and cannot be one person's.
    ///
    /// Where a number leads from one to the other, somebody may have moved; where nothing but names does, an address
    /// that differs is somebody else's.
    func contradicts(_ other: Portrait, by rule: MatchRule = .memberID) -> Bool {
        guard let person, let other = other.person else { return false }
        return person.contradicts(other) || (rule == .demographics && person.livesElsewhere(other))
    }
}

extension MatchRule {
    /// Where it stands among all.
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
