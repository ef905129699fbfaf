import FHIR
import Jobs
import PDex

/// What a list shows of one member request: no more of it is held while the others are read.
struct RequestLine: Sendable {
    /// For programs.
    let json: JSONValue
    /// For people.
    let cells: [String]

    init(_ detail: MemberRequestDetail, at now: Instant) {
        json = RequestSheet(detail: detail, now: now, options: "").json
        let request = detail.request
        let punctuality = detail.punctuality(at: now)
        cells = [
            request.id, request.state.rawValue, request.reason?.rawValue ?? "", detail.exchange?.state.rawValue ?? "",
            request.job, request.due.text, punctuality == "in time" ? "" : punctuality,
        ]
    }
}
