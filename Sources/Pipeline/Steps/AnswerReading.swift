import FHIR
import PDex

/// Reads a payer's answer entry by entry: acknowledged, to be tried again, or for an operator (WR-03, WR-14, WR-15).
enum AnswerReading: Sendable, Hashable {
    /// Everything arrived; one `Type/id/_history/version` an entry.
    case acknowledged([String])
    /// Not now.
    case retry(Fault, outcome: String?)
    /// Too large: in smaller pieces, if it can be divided (WR-17).
    case divide(Fault, outcome: String?)
    /// Not like this.
    case park(Fault, outcome: String?)

    /// Reads an answer to a bundle of `entries` entries.
    static func reading(_ answer: PayerAnswer, entries: Int, payer: String) -> AnswerReading {
        let json = try? JSONParser.parse(answer.body)
        let told = json.flatMap(OperationOutcome.init)
        let outcome = told?.summary
        if answer.status == 200 {
            return response(json, entries: entries, payer: payer)
        }
        if answer.status == 413 || [400, 422].contains(answer.status) && told?.issues.contains(where: isOfSize) == true
        {
            return .divide(
                Fault(
                    .payerTooLarge, .park, "\(payer) answered \(answer.status): too large",
                    hint: "it is divided and sent again"), outcome: outcome)
        }
        let fault = fault(answer, payer: payer)
        return fault.disposition == .retry ? .retry(fault, outcome: outcome) : .park(fault, outcome: outcome)
    }

    /// An issue that says that the bundle is too much, and not that something in it is too long.
    private static func isOfSize(_ issue: OperationOutcome.Issue) -> Bool {
        ["too-costly", "too-long"].contains(issue.code) && issue.severity >= .error
            && issue.expression.allSatisfy { ["Bundle", "Bundle.entry"].contains($0) }
    }

    private static func response(_ json: JSONValue?, entries: Int, payer: String) -> AnswerReading {
        guard let json, let bundle = try? FHIRBundle(json), bundle.type.hasSuffix("-response"),
            bundle.entries.count == entries
        else {
            return .retry(
                Fault(
                    .payerUnknownOutcome, .retry, "\(payer) answered 200 without one response an entry",
                    hint:
                        "it is looked for, and sent again if it is not there; if it goes on, show the receipt to the payer"
                ), outcome: nil)
        }
        var locations: [String] = []
        var refused: [Int] = []
        var outcome: String?
        var busy = false
        for entry in bundle.entries {
            let status = Int(entry.response?.status.prefix(3) ?? "") ?? 0
            if (200..<300).contains(status) {
                locations.append(entry.response?.location.flatMap(version) ?? "")
            } else {
                refused.append(status)
                outcome = outcome ?? entry.response?.outcome?.summary
                busy = busy || status == 429 || status >= 500
            }
        }
        guard let first = refused.first else { return .acknowledged(locations) }
        let words = "\(payer) refused \(refused.count) of \(entries) entries, the first with status \(first)"
        if busy {
            return .retry(Fault(.payerPartial, .retry, words, hint: "the bundle is sent again"), outcome: outcome)
        }
        return .park(
            Fault(.payerPartial, .park, words, hint: "ask the payer why, then replay the exchange"), outcome: outcome)
    }

    /// `Type/id/_history/version` at the end of a location, or without the version; nil for anything else, which could
    /// say anything of anybody.
    private static func version(_ location: String) -> String? {
        for steps in [4, 2] {
            var slashes = 0
            let start = location.utf8.lastIndex { byte in
                if byte == UInt8(ascii: "/") { slashes += 1 }
                return slashes == steps
            }
            let end = String(start.map { location[location.utf8.index(after: $0)...] } ?? location[...])
            if case .local(let type, _, _) = Reference(parsing: end), ResourceTypes.contains(type) { return end }
        }
        return nil
    }

    private static func fault(_ answer: PayerAnswer, payer: String) -> Fault {
        let words = "\(payer) answered \(answer.status)"
        let replay = "fix the mapping or the data, or ask the payer; then replay the exchange"
        return switch answer.status {
        case 400, 422:
            Fault(.payerRefused, .park, words + "; its OperationOutcome is kept with the receipt", hint: replay)
        case 401, 403:
            Fault(.payerForbidden, .park, words, hint: "ask the payer which scopes the client has; then replay")
        case 404, 405: Fault(.payerCapability, .park, words, hint: "check the payer's base and deliver.as in the job")
        case 409, 412:
            Fault(.payerConflict, .park, words, hint: "the payer holds something else under the same id; ask it")
        case 408:
            Fault(.payerUnknownOutcome, .retry, words, hint: "it is looked for, and sent again if it is not there")
        case 429, 503:
            Fault(
                .remoteThrottled, .retry, words, hint: "it is sent again", retryAfterSeconds: answer.retryAfterSeconds)
        case 500...:
            Fault(
                .payerUnknownOutcome, .retry, words, hint: "it is looked for, and sent again if it is not there",
                retryAfterSeconds: answer.retryAfterSeconds)
        default: Fault(.payerRefused, .park, words, hint: replay)
        }
    }
}
