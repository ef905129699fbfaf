import PDex

/// What the holder of a token, who is a plan, is told of where a member stands.
///
/// Of a member of whom nothing goes, only that it is withheld: what is told apart from a missing consent tells of consent,
/// too (CO-12). Coverage and matching are looked at before consent, so they are not told apart either. Operators see it
/// all.
struct ToldStanding {
    /// The state, in the words of `ExchangeState`.
    let state: String
    /// The reason, if there is one.
    let reason: String?
    /// Whether nothing is told but that: not even how far it came before.
    let isWithheld: Bool

    /// All that is told of what speaks of the person.
    private static let withheld = ExchangeState.withheld.rawValue

    /// Families of codes that speak of servers, formats, the queue, or the words of a request, and of no person. Every
    /// other one is withheld, also one that is added later.
    private static let technical: Set<Substring> = [
        "auth", "bundle", "conformance", "exchange", "key", "mapping", "member", "package", "payer", "provenance",
        "queue", "remote", "request", "run", "store", "submission",
    ]

    /// Where the member stands by an exchange.
    init(of exchange: Exchange) {
        let standing = exchange.memberStanding
        isWithheld =
            if exchange.isRetraction {
                // However far that is: it brings the payer nothing.
                true
            } else if let reason = standing.reason {
                !Self.isTechnical(reason)
            } else {
                [.withheld, .unmatched].contains(standing.state)
            }
        state = isWithheld ? Self.withheld : standing.state.rawValue
        reason = isWithheld ? Self.withheld : standing.reason?.rawValue
    }

    /// A reason in the words that a holder may read.
    static func words(for reason: FaultCode) -> String { isTechnical(reason) ? reason.rawValue : withheld }

    private static func isTechnical(_ reason: FaultCode) -> Bool {
        technical.contains(reason.rawValue.prefix { $0 != "." })
    }
}
