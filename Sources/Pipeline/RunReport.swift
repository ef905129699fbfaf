public import PDex

/// What a run did: the balance sheet that must add up.
public struct RunReport: Sendable, Hashable {
    /// What was fetched from clinic and payer.
    public struct Pulled: Sendable, Hashable {
        /// Resources received.
        public var resources = 0
        /// Distinct patients in the roster.
        public var patients = 0
        /// Bytes received, after decoding.
        public var bytes = 0
        /// Requests for pages and files.
        public var requests = 0
    }

    /// Where each member of the roster stands.
    public struct Exchanges: Sendable, Hashable {
        /// The payer has everything.
        public var acknowledged = 0
        /// No coverage with this payer.
        public var unmatched = 0
        /// Not permitted, by reason.
        public var withheld: [FaultCode: Int] = [:]
        /// An operator must look, by reason.
        public var parked: [FaultCode: Int] = [:]
        /// Cancelled by an operator, or because nothing wants it any more, by reason: nobody has to look.
        public var cancelled: [FaultCode: Int] = [:]
        /// To be tried again.
        public var retrying = 0
        /// Nothing new since the last acknowledgement.
        public var unchanged = 0

        /// The sum of all.
        public var total: Int {
            acknowledged + unmatched + withheld.values.reduce(0, +) + parked.values.reduce(0, +)
                + cancelled.values.reduce(0, +) + retrying + unchanged
        }
    }

    /// What became of each staged resource of the roster's members.
    public struct Resources: Sendable, Hashable {
        /// Counted when the members were opened.
        public var examined = 0
        /// Acknowledged by the payer.
        public var sent = 0
        /// At the payer already with the same content.
        public var unchanged = 0
        /// In the outbox: the payer does not have them yet.
        public var waiting = 0
        /// Left out, or not accepted by the payer, by reason.
        public var leftOut: [FaultCode: Int] = [:]

        /// The sum of all that is accounted for.
        public var total: Int { sent + unchanged + waiting + leftOut.values.reduce(0, +) }

        /// Whether every resource is accounted for.
        public var isBalanced: Bool { examined == total }
    }

    /// What went over the wire to the payer.
    public struct Submitted: Sendable, Hashable {
        /// Bundles acknowledged during this run.
        public var bundles = 0
        /// Their entries.
        public var entries = 0
    }

    /// The run's id.
    public var run: String
    /// The job's name.
    public var job: String
    /// How it ended.
    public var state: Run.State
    /// What was fetched.
    public var pulled = Pulled()
    /// Where each member stands.
    public var exchanges = Exchanges()
    /// What became of each resource.
    public var resources = Resources()
    /// What went out.
    public var submitted = Submitted()
    /// What is missing or was refused while pulling, by reason; anything here makes the run partial.
    public var problems: [FaultCode: Int] = [:]
    /// What an operator may want to know although nothing is missing, by reason.
    public var notes: [FaultCode: Int] = [:]
    /// What does not conform to its profile, by place and rule, whether it was sent or left out for that.
    public var conformance: [String: Int] = [:]
    /// How long it took.
    public var seconds = 0.0
    /// One parked exchange of each reason, to look at.
    public var examples: [FaultCode: String] = [:]
    /// What stopped it, when it failed or an attempt at it did.
    public var fault: Obstacle?

    /// Begins a report.
    public init(run: String, job: String, state: Run.State = .running) {
        self.run = run
        self.job = job
        self.state = state
    }

    /// Whether members and resources add up.
    public var balanced: Bool {
        exchanges.total == pulled.patients && resources.isBalanced
    }
}
