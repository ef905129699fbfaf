import PDex

/// Which part of one exchange's bundles has reached the payer, as far as the receipts show (WR-14).
struct Arrivals: Sendable {
    /// `Type/id` of every entry that the payer acknowledged, whatever became of the exchange.
    let places: Set<String>
    /// Whether the payer may have taken more than it acknowledged.
    let areDoubtful: Bool

    init(of exchange: String, _ reader: any StoreReader) throws {
        let receipts = try reader.receipts(ofExchange: exchange)
        let taken = receipts.filter { $0.fault == nil && (200..<300).contains($0.status) }
        // Of a bundle accepted entry by entry, some entries are there, whatever became of the others.
        let some = receipts.filter { $0.fault == .payerPartial }
        places = Set((taken + some).flatMap(\.locations).map(Self.place))
        // Acknowledged as a whole: earlier attempts brought nothing else.
        let divided = Set(receipts.filter { $0.verdict == "divided" }.map(\.submission))
        let settled = Set(taken.map(\.submission)).subtracting(divided)
        // A division gives its attempt number back, so its receipt does not answer the attempt that reuses the number.
        let answers = receipts.filter { $0.verdict != "divided" }
        let answered = Dictionary(grouping: answers, by: \.submission).mapValues { Set($0.map(\.attempt)) }
        let isUnanswered = try reader.submissions(ofExchange: exchange).contains { submission in
            !settled.contains(submission.id) && submission.attempts > 0
                && !Set(1...submission.attempts).isSubset(of: answered[submission.id] ?? [])
        }
        areDoubtful = isUnanswered || receipts.contains { !settled.contains($0.submission) && Self.isDoubtful($0) }
    }

    /// Whether any of it is, or may be, at the payer.
    var isPossible: Bool { areDoubtful || !places.isEmpty }

    /// Whether the answer was lost or not understood, or only some entries of the bundle were accepted.
    private static func isDoubtful(_ receipt: Receipt) -> Bool {
        switch receipt.fault {
        case .payerUnknownOutcome, .processLost, .payerPartial: true
        case nil: false
        default: (200..<300).contains(receipt.status)
        }
    }

    /// `Type/id` of a location with its version.
    private static func place(_ location: String) -> String {
        location.split(separator: "/").prefix(2).joined(separator: "/")
    }
}
