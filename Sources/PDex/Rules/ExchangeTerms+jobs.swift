extension ExchangeTerms {
    /// What one job of a route decides differently from its siblings when a bundle is about to be sent, or has failed.
    ///
    /// Jobs between the same clinic and payer share an outbox. A process that empties it for one job must judge the
    /// bundles of another by that other job's rules, or it would withhold what they permit (CO-03, CO-13).
    public struct JobRules: Sendable, Hashable {
        /// How members are recognised, first to last.
        public let matchBy: [MatchRule]
        /// How many years before today care may have been given to be sent; nil means any.
        public let years: Int?
        /// When a delivery is tried again.
        public let retry: RetryPolicy

        /// Describes the rules of a job.
        public init(matchBy: [MatchRule], years: Int?, retry: RetryPolicy) {
            self.matchBy = matchBy
            self.years = years
            self.retry = retry
        }
    }

    /// The same terms with the rules of the job that made an exchange; unchanged when that job is no longer configured.
    public func judging(exchangeOf job: String) -> ExchangeTerms {
        guard let rules = jobsOfRoute[job] else { return self }
        var judging = self
        judging.matchBy = rules.matchBy
        judging.selection.years = rules.years
        judging.retry = rules.retry
        return judging
    }
}
