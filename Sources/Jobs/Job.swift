public import PDex

/// What a file in `jobs/` says: which data of a clinic goes to a payer, when, on what conditions, and how.
public struct Job: Sendable, Hashable {
    /// How bundles are made, and how fast they are sent.
    public struct Delivery: Sendable, Hashable {
        /// The Bundle type; `transaction` unless said otherwise.
        public let kind: ExchangeTerms.Delivery.Kind
        /// Most entries in one bundle; 200 unless said otherwise.
        public let maxEntries: Int
        /// Most bytes in one bundle; 5 MB (5,000,000) unless said otherwise.
        public let maxBytes: Int
        /// Most bundles a second; nil, without limit, unless said otherwise.
        public let perSecond: Double?

        /// A delivery; the defaults are those of a job file without `deliver`.
        public init(
            kind: ExchangeTerms.Delivery.Kind = .transaction, maxEntries: Int = 200, maxBytes: Int = 5_000_000,
            perSecond: Double? = nil
        ) {
            self.kind = kind
            self.maxEntries = maxEntries
            self.maxBytes = maxBytes
            self.perSecond = perSecond
        }
    }

    /// Its name, which is also its file's: `[a-z][a-z0-9-]{0,63}`.
    public let name: String
    /// What it is for, in a sentence; empty when not said.
    public let about: String
    /// When it starts by itself; nil when it never does.
    public let schedule: Schedule?
    /// Whether people and systems may request the data of single members.
    public let allowsRequests: Bool
    /// How long answering such a request may take; one business day unless said otherwise.
    public let answerTime: AnswerTime
    /// The name of the clinic in `pdex.yaml`.
    public let clinic: String
    /// The name of the payer in `pdex.yaml`.
    public let payer: String
    /// Which of the clinic's data.
    public let selection: ExchangeTerms.Selection
    /// The rules that recognise members, in order; by member id, then subscriber id, unless said otherwise.
    public let matchBy: [MatchRule]
    /// The consent policy that it expects; nil accepts the payer's.
    public let consentPolicy: ConsentPolicy?
    /// The name of the folder in `mappings/`.
    public let mappings: String
    /// How bundles are delivered.
    public let delivery: Delivery
    /// When a delivery is retried; 12 attempts, 30 seconds to 2 hours apart, unless said otherwise.
    public let retry: RetryPolicy

    /// Assembles a job.
    public init(
        name: String, about: String, schedule: Schedule?, allowsRequests: Bool,
        answerTime: AnswerTime = .businessDays(1), clinic: String, payer: String,
        selection: ExchangeTerms.Selection, matchBy: [MatchRule], consentPolicy: ConsentPolicy? = nil, mappings: String,
        delivery: Delivery,
        retry: RetryPolicy
    ) {
        self.name = name
        self.about = about
        self.schedule = schedule
        self.allowsRequests = allowsRequests
        self.answerTime = answerTime
        self.clinic = clinic
        self.payer = payer
        self.selection = selection
        self.matchBy = matchBy
        self.consentPolicy = consentPolicy
        self.mappings = mappings
        self.delivery = delivery
        self.retry = retry
    }
}
