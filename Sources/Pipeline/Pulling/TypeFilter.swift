import FHIR
import PDex

/// One of a job's filters, if it can be applied without the clinic: `Type?name=value,value&name=value`.
///
/// Supported are tokens of `category`, `code`, `class`, `status` and `type`, and `date` and `_lastUpdated` with
/// comparison prefixes. A filter on an element does not find resources that lack it.
struct TypeFilter: Sendable {
    /// The resource type.
    let type: String
    private let conditions: [Condition]

    fileprivate enum Condition: Sendable {
        case token(element: String, [Token])
        case moment([Moment], isOfUpdate: Bool)
    }

    fileprivate struct Token: Sendable {
        /// nil for any system, empty for none.
        let system: String?
        /// nil for any code.
        let code: String?
    }

    fileprivate struct Moment: Sendable {
        enum Comparison: String { case eq, ge, gt, le, lt }
        let comparison: Comparison
        let date: FHIRDate
    }

    /// The types whose `code` is the element of that name.
    private static let coded: Set = [
        "Condition", "DiagnosticReport", "Observation", "Procedure", "ServiceRequest",
    ]
    /// The types whose `date` is the time that ``FHIR/ResourceScan`` finds.
    private static let dated: Set = [
        "CarePlan", "DiagnosticReport", "DocumentReference", "Encounter", "Immunization", "Observation", "Procedure",
    ]

    /// Reads a filter; nil when only the clinic can apply it.
    init?(_ text: String) {
        let parts = text.split(separator: "?", maxSplits: 1).map(String.init)
        guard parts.count == 2, !text.contains("%"), !text.contains("+"), !text.contains("\\") else { return nil }
        type = parts[0]
        var conditions: [Condition] = []
        for pair in parts[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, let condition = Self.condition(type, sides[0], sides[1]) else { return nil }
            conditions.append(condition)
        }
        self.conditions = conditions
    }

    /// Whether the filter finds a resource of its type.
    func finds(_ resource: Resource, updated: Instant?, _ scan: @autoclosure () -> ResourceScan?) -> Bool {
        conditions.allSatisfy { condition in
            switch condition {
            case .token(let element, let tokens):
                let codings = Self.codings(resource[element])
                return tokens.contains { token in codings.contains { token.matches($0) } }
            case .moment(let moments, true):
                guard let updated else { return false }
                return moments.contains { $0.matches(from: updated, to: updated) }
            case .moment(let moments, false):
                guard let scan = scan(), scan.start != nil || scan.end != nil else { return false }
                return moments.contains { $0.matches(from: scan.start ?? .earliest, to: scan.end ?? .latest) }
            }
        }
    }

    private static func condition(_ type: String, _ name: String, _ value: String) -> Condition? {
        let values = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        switch name {
        case "category", "status", "type", "class": break
        case "code" where coded.contains(type): break
        case "_lastUpdated",
            "date" where dated.contains(type):
            let moments = values.compactMap(Moment.init)
            return moments.count == values.count ? .moment(moments, isOfUpdate: name != "date") : nil
        default: return nil
        }
        let tokens = values.compactMap(Token.init)
        return tokens.count == values.count ? .token(element: name, tokens) : nil
    }

    /// Code and system of every coding in an element: a CodeableConcept, a Coding, or a plain code.
    private static func codings(_ json: JSONValue?) -> [(system: String?, code: String)] {
        (json?.elements ?? []).flatMap { value -> [(system: String?, code: String)] in
            if let code = value.string { return [(nil, code)] }
            let codings = value["coding"]?.elements ?? [value]
            return codings.compactMap { coding in
                coding["code"]?.string.map { (coding["system"]?.string, $0) }
            }
        }
    }
}

extension TypeFilter.Token {
    fileprivate init?(_ text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1 where !parts[0].isEmpty: self.init(system: nil, code: parts[0])
        case 2 where !parts[1].isEmpty: self.init(system: parts[0], code: parts[1])
        case 2 where !parts[0].isEmpty: self.init(system: parts[0], code: nil)
        default: return nil
        }
    }

    fileprivate func matches(_ coding: (system: String?, code: String)) -> Bool {
        (system.map { $0 == coding.system ?? "" } ?? true) && (code.map { $0 == coding.code } ?? true)
    }
}

extension TypeFilter.Moment {
    fileprivate init?(_ text: String) {
        let comparison = Comparison(rawValue: String(text.prefix(2)))
        guard let date = FHIRDate(comparison == nil ? text : String(text.dropFirst(2))) else { return nil }
        self.init(comparison: comparison ?? .eq, date: date)
    }

    fileprivate func matches(from start: Instant, to end: Instant) -> Bool {
        switch comparison {
        case .eq: start >= date.earliest && end <= date.latest
        case .ge: end >= date.earliest
        case .gt: end > date.latest
        case .le: start <= date.latest
        case .lt: start < date.earliest
        }
    }
}
