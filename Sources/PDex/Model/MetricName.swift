/// A number that the service reports to monitoring, under its Prometheus name.
///
/// No label ever names a person, a record or a token (reliability R15).
public enum MetricName: String, Sendable, CaseIterable {
    // MARK: The store, as it is when it is asked

    /// Submissions in the outbox.
    case jobs = "pdex_jobs"
    /// How long the earliest due submission has waited.
    case queueOldest = "pdex_queue_oldest_seconds"
    /// Exchanges, each in one state.
    case exchanges = "pdex_exchanges"
    /// Members and resources that a job's last run cannot account for.
    case balanceGap = "pdex_balance_gap"
    /// The instant of a job's last complete run.
    case lastSuccess = "pdex_last_success_timestamp_seconds"
    /// Member requests that are open.
    case memberRequests = "pdex_member_requests"
    /// Member requests that are late.
    case memberRequestsLate = "pdex_member_requests_late"
    /// Member requests that may be late soon.
    case memberRequestsAtRisk = "pdex_member_requests_at_risk"
    /// Whether a payer is left alone after failures.
    case payerClosed = "pdex_payer_closed"
    /// Payers, jobs and lanes that operators hold back.
    case holds = "pdex_holds"

    // MARK: This process, since it began

    /// Resources that were received, sent, or left out.
    case resources = "pdex_resources_total"
    /// Bundles that a payer acknowledged.
    case bundles = "pdex_bundles_delivered_total"
    /// How long runs took.
    case runDuration = "pdex_job_duration_seconds"
    /// Requests to servers.
    case requests = "pdex_http_requests_total"
    /// Time waited because a server asked for it.
    case retryAfter = "pdex_retry_after_seconds_total"
    /// Access tokens that were asked for.
    case tokens = "pdex_token_refresh_total"
    /// Consent decisions about members.
    case consent = "pdex_consent_decisions_total"

    /// How its values are to be read.
    public enum Kind: String, Sendable {
        /// A value that goes up and down.
        case gauge
        /// A value that only grows.
        case counter
        /// A count and a sum.
        case summary
    }

    /// How its values are to be read.
    public var kind: Kind {
        switch self {
        case .jobs, .queueOldest, .exchanges, .balanceGap, .lastSuccess, .memberRequests, .memberRequestsLate,
            .memberRequestsAtRisk,
            .payerClosed, .holds:
            .gauge
        case .resources, .bundles, .requests, .retryAfter, .tokens, .consent: .counter
        case .runDuration: .summary
        }
    }

    /// What it measures, in one line.
    public var help: String {
        switch self {
        case .jobs: "Submissions in the outbox, by payer, lane (queue) and state."
        case .queueOldest: "Seconds since the earliest submission of a payer and lane became due; 0 when none is."
        case .exchanges: "Exchanges that were ever accepted, by state and reason: each is in one."
        case .balanceGap: "Members and resources that the last run of a job does not account for; 0 is right."
        case .lastSuccess: "For when the last complete run of a job was started, in seconds since 1970."
        case .memberRequests: "Member requests that are open, by state."
        case .memberRequestsLate: "Member requests, open or with a parked exchange, whose answer is overdue."
        case .memberRequestsAtRisk: "The same in the last quarter of their time, not late yet."
        case .payerClosed: "1 while nothing is delivered to a payer after failures, else 0."
        case .holds: "Payers, jobs and lanes that operators hold back."
        case .resources: "Resources by stage: pulled by type, then what became of them."
        case .bundles: "Bundles that payers acknowledged."
        case .runDuration: "Seconds that runs took, by job and how they ended."
        case .requests: "Requests by server and status, or the code of the fault when none was had."
        case .retryAfter: "Seconds waited because a server asked for it."
        case .tokens: "Access tokens asked for, by server and outcome."
        case .consent:
            "Consent decisions, one when an exchange is made and one for each delivery to the payer, by result and reason."
        }
    }
}
