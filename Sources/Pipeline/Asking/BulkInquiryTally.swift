import PDex

/// Counts the outcomes of a bulk question while it is running.
actor BulkInquiryTally {
    private(set) var counts = ExchangePipeline.Matching()

    func asked(_ number: Int) { counts.asked += number }

    /// Somebody is not asked about, for a reason that names nobody.
    func passedOver(_ why: String) {
        counts.notAsked += 1
        counts.reasons[why, default: 0] += 1
    }

    func answered(_ outcomes: [MemberMatch.Outcome], groups: [String]) {
        for outcome in outcomes { counts.outcomes[outcome, default: 0] += 1 }
        counts.groups += groups.filter { !counts.groups.contains($0) }
    }
}
