import PDex

/// Counts the outcomes of a bulk question while it is running.
actor BulkInquiryTally {
    private(set) var counts = ExchangePipeline.Matching()

    func asked(_ number: Int) { counts.asked += number }

    func passedOver() { counts.notAsked += 1 }

    func answered(_ outcomes: [MemberMatch.Outcome], groups: [String]) {
        for outcome in outcomes { counts.outcomes[outcome, default: 0] += 1 }
        counts.groups += groups.filter { !counts.groups.contains($0) }
    }
}
