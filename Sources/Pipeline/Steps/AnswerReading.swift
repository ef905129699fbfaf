import FHIR
import PDex

/// Reads a payer's answer entry by entry: acknowledged, to be tried again, or for an operator (WR-03, WR-14, WR-15).
enum AnswerReading: Sendable, Hashable {
    /// Everything arrived; one `Type/id/_history/version` per entry.
    case acknowledged([String])
    /// Not now; `taken` lists where the entries are that it accepted nevertheless, as for ``acknowledged(_:)``.
    case retry(Fault, outcome: String?, taken: [String] = [])
    /// Too large: to be sent in smaller pieces, if it can be divided (WR-17).
    case divide(Fault, outcome: String?)
    /// Not like this; `taken` as for ``retry(_:outcome:taken:)``.
    case park(Fault, outcome: String?, taken: [String] = [])

    /// Reads an answer to that kind of delivery: only where entries are accepted one by one may some of them be there.
    static func reading(
        _ answer: PayerAnswer, to lease: LeasedSubmission, payer: String, by delivery: ExchangeTerms.Delivery.Kind
    ) -> AnswerReading {
        let json = try? JSONParser.parse(answer.body)
        let told = json.flatMap(OperationOutcome.init)
        let outcome = told?.summary
        if (200..<300).contains(answer.status) { return response(json, to: lease, payer: payer, by: delivery) }
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

    /// Whether an issue says that the bundle is too large, rather than that something in it is too long.
    private static func isOfSize(_ issue: OperationOutcome.Issue) -> Bool {
        ["too-costly", "too-long"].contains(issue.code) && issue.severity >= .error
            && issue.expression.allSatisfy { ["Bundle", "Bundle.entry"].contains($0) }
    }

    private static func response(
        _ json: JSONValue?, to lease: LeasedSubmission, payer: String, by delivery: ExchangeTerms.Delivery.Kind
    ) -> AnswerReading {
        let entries = lease.submission.entries
        guard let json, let bundle = try? FHIRBundle(json), bundle.type.hasSuffix("-response"),
            bundle.entries.count == entries,
            let sent = SentLocations.locations(in: lease.bundle, entries: entries)
        else { return unclear(payer) }
        switch ResponseMatch.outcome(of: bundle.entries, sent: sent) {
        case .unclear: return unclear(payer)
        case .renamed(let count):
            return .park(
                Fault(
                    .payerCapability, .park, "\(payer) gave \(count) of \(entries) resources ids of its own",
                    hint: "its /metadata offers updateCreate; ask it to keep the ids, or each change adds a copy"),
                outcome: nil)
        case .matched(let matched):
            return responses(matched, to: lease.bundle, payer: payer, singly: delivery.takesEntriesSingly)
        }
    }

    private static func unclear(_ payer: String) -> AnswerReading {
        .retry(
            Fault(
                .payerUnknownOutcome, .retry, "\(payer) answered without one response an entry",
                hint:
                    "it is looked for, and sent again if it is not there; if it goes on, show the receipt to the payer"),
            outcome: nil)
    }

    private static func responses(
        _ matched: [(response: FHIRBundle.Response, location: String)], to bundle: [UInt8], payer: String,
        singly: Bool
    ) -> AnswerReading {
        var refused: [Int] = []
        var taken: [String] = []
        var outcome: String?
        var deletions: Set<Int>?
        for (index, (response, location)) in matched.enumerated() {
            let status = Int(response.status.prefix(3)) ?? 0
            guard !(200..<300).contains(status) else {
                taken.append(location)
                continue
            }
            if [404, 410].contains(status) {
                // What is not there need not be deleted.
                let known = deletions ?? Self.deletions(in: bundle)
                deletions = known
                if known.contains(index) {
                    taken.append(location)
                    continue
                }
            }
            refused.append(status)
            outcome = outcome ?? response.outcome?.summary
        }
        // An entry not tried because it refers to a refused one (424) is not a reason of its own.
        guard let first = refused.first(where: { $0 != 424 }) ?? refused.first else {
            return .acknowledged(matched.map(\.location))
        }
        let words = "\(payer) refused \(refused.count) of \(matched.count) entries, the first with status \(first)"
        // Entries that another change blocked, or for which the payer was too slow or too busy, may be accepted the
        // next time.
        if refused.contains(where: { [408, 409, 429].contains($0) || $0 >= 500 }) {
            return .retry(
                Fault(.payerPartial, .retry, words, hint: "the bundle is sent again"), outcome: outcome,
                taken: singly ? taken : [])
        }
        return .park(
            Fault(
                .payerPartial, .park, words,
                hint: singly
                    ? "ask the payer why, then replay the exchange, or its --failed-entries alone"
                    : "ask the payer why, then replay the exchange"),
            outcome: outcome, taken: singly ? taken : [])
    }

    /// The indices of the entries that delete in one of our bundles.
    private static func deletions(in bundle: [UInt8]) -> Set<Int> {
        let entries = (try? JSONParser.parse(bundle))?["entry"]?.elements ?? []
        return Set(entries.indices.filter { entries[$0]["request"]?["method"]?.string == "DELETE" })
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
        case 409:
            Fault(
                .payerConflict, .retry, words, hint: "somebody else changes the same; it is sent again",
                retryAfterSeconds: answer.retryAfterSeconds)
        case 412:
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
