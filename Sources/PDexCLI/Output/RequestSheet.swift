import FHIR
import Jobs
import PDex

/// One member request for people and programs: its state, its outcome so far, and what to type next.
struct RequestSheet: Sendable {
    let detail: MemberRequestDetail
    let now: Instant
    /// The options at the end of the commands to type next.
    let options: String
    /// Their first word.
    var program = ProgramName.current

    private var request: MemberRequest { detail.request }

    /// The sheet as lines.
    var text: String {
        var table = TextTable()
        table.add("job", request.job)
        if !request.types.isEmpty { table.add("types", request.types.joined(separator: ", ")) }
        if let since = request.since { table.add("since", since.text) }
        table.add("accepted", request.accepted.text)
        table.add("due", request.due.text + "  " + detail.punctuality(at: now))
        if request.updated != request.accepted { table.add("changed", request.updated.text) }
        if let run = detail.run { table.add("run", "\(run.id) · \(run.state.rawValue)") }
        if let exchange = detail.exchange {
            let reason = exchange.reason.map { " · \($0.rawValue)" } ?? ""
            let taken = exchange.takesBackFor.map { " · takes back: \($0.rawValue)" } ?? ""
            table.add("exchange", "\(exchange.id) · \(exchange.state.rawValue)\(reason)\(taken)")
            if !detail.bundles.isEmpty {
                table.add(
                    "bundles", "\(detail.bundles.count { $0 == .acknowledged }) of \(detail.bundles.count) acknowledged"
                )
            }
        }
        let reason = request.reason.map { " · \($0.rawValue)" } ?? ""
        if let rest = request.notBefore, request.state == .requested, rest > now {
            table.add("rests until", "\(rest.text), after \(request.attempts.of("attempt"))")
        }
        return ["request \(request.id) · \(request.state.rawValue)\(reason)", table.text(indent: "  "), next]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var next: String {
        let suffix = options.isEmpty ? "" : " " + options
        let command =
            switch (request.state, detail.exchange) {
            case (.requested, _):
                "serve\(suffix)  # answers it; or: \(program.text) requests cancel \(request.id) --reason TEXT\(suffix)"
            case (.inProgress, let exchange?), (.completed, let exchange?): "exchanges show \(exchange.id)\(suffix)"
            default: ""
            }
        return command.isEmpty ? "" : "next:\n  \(program.text) \(command)"
    }

    /// The sheet as a JSON object; it names nobody.
    var json: JSONValue {
        var object: JSONObject = [
            "request": .string(request.id), "job": .string(request.job), "state": .string(request.state.rawValue),
            "accepted": .string(request.accepted.text), "due": .string(request.due.text),
            "late": .bool(detail.isLate(at: now)), "atRisk": .bool(detail.isAtRisk(at: now)),
            "updated": .string(request.updated.text),
        ]
        if !request.types.isEmpty { object["types"] = .array(request.types.map { .string($0) }) }
        object["since"] = request.since.map { .string($0.text) }
        object["reason"] = request.reason.map { .string($0.rawValue) }
        object["run"] = detail.run.map { .string($0.id) }
        object["exchange"] = detail.exchange.map {
            [
                "id": .string($0.id), "state": .string($0.state.rawValue),
                "bundles": .number(JSONNumber(detail.bundles.count)),
                "acknowledged": .number(JSONNumber(detail.bundles.count { $0 == .acknowledged })),
            ]
        }
        return .object(object)
    }
}
