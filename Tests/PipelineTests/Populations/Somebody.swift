extension Population {
    /// One person, as they really are.
    struct Somebody {
        let number: Int
        let family: String
        /// All given names, in order.
        let given: [String]
        let born: String
        let gender: String
        let city: String
        let subscriber: String
        let isPatient: Bool
        let isMember: Bool
        /// Whether the payer gives the member's Patient along with the coverage.
        let hasRecord: Bool
        /// Whether the payer states the system of its number.
        let hasSystem: Bool
        let hasConsent: Bool
        let cover: Cover

        var memberID: String { "M\(number)" }
        /// What makes two people look the same: a record may omit further given names.
        var face: String { [family, given[0], born, gender].joined(separator: "|") }
    }

    /// What the payer has recorded of somebody's coverage.
    enum Cover: CaseIterable {
        case thisYear, always, lapsed, cancelled, enteredInError, future, overlapping, changed, interrupted

        /// Status, first and last day of each.
        var coverages: [(status: String, start: String?, end: String?)] {
            switch self {
            case .thisYear: [("active", "2026-01-01", "2026-12-31")]
            case .always: [("active", nil, nil)]
            case .lapsed: [("active", "2020-01-01", "2022-12-31")]
            case .cancelled: [("cancelled", "2026-01-01", "2026-12-31")]
            case .enteredInError: [("entered-in-error", nil, nil)]
            case .future: [("active", "2027-01-01", "2027-12-31")]
            case .overlapping: [("active", "2025-06-01", "2026-03-31"), ("active", "2026-02-01", nil)]
            case .changed: [("cancelled", nil, nil), ("active", "2026-04-01", nil)]
            case .interrupted: [("active", nil, "2021-12-31"), ("active", "2026-03-01", nil)]
            }
        }

        /// Whether a reader would say that the day is covered.
        func holds(on day: String) -> Bool {
            coverages.contains { $0.status == "active" && ($0.start ?? "0") <= day && day <= ($0.end ?? "9") }
        }
    }
}
