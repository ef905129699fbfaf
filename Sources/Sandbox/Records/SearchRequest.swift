import Serving

/// A search on one type, parsed.
struct SearchRequest: Sendable {
    /// The most matches on one page.
    static let largestPage = 1_000

    let type: String
    private(set) var filters: [SearchFilter] = []
    private(set) var includes: [Inclusion] = []
    private(set) var revIncludes: [Inclusion] = []
    /// Matches on one page.
    private(set) var count = 100
    /// The parameters that were understood, for `link[self]`.
    private(set) var used: [(name: String, value: String)] = []

    /// Reads the parameters. With `isStrict` an unknown one is refused with 400, otherwise it is ignored.
    init(type: String, fields: FormFields, isStrict: Bool) throws(Refusal) {
        self.type = type
        let offered = SearchParameter.all(of: type)
        for (name, value) in fields.pairs where name != "_format" && name != "_pretty" {
            guard try add(name, value, offered) else {
                // Only the name is repeated: a value may say who is searched for.
                if isStrict { throw Refusal(400, "not-supported", "The search parameter \(name) is not offered.") }
                continue
            }
            used.append((name, value))
        }
    }

    private mutating func add(
        _ name: String, _ value: String, _ offered: [String: SearchParameter]
    ) throws(Refusal) -> Bool {
        switch name {
        case "_count":
            guard let number = Int(value), number > 0 else { throw Self.unreadable(name) }
            count = min(number, Self.largestPage)
        case "_id": filters.append(.id(Set(Self.alternatives(value))))
        case "_lastUpdated": filters.append(.lastUpdated(try Self.moment(name, value)))
        case "_include":
            guard let inclusion = Inclusion(value), inclusion.source == type else { return false }
            includes.append(inclusion)
        case "_revinclude":
            guard let inclusion = Inclusion(value) else { return false }
            revIncludes.append(inclusion)
        default: return try addOffered(name, value, offered)
        }
        return true
    }

    private mutating func addOffered(
        _ name: String, _ value: String, _ offered: [String: SearchParameter]
    ) throws(Refusal) -> Bool {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let base = parts.first, let parameter = offered[base] else { return false }
        let targetType = parts.count == 2 ? parts[1] : nil
        let values = Self.alternatives(value)
        switch parameter {
        case .patient: filters.append(.patient(Self.ids(values)))
        case .encounter: filters.append(.encounter(Self.ids(values)))
        case .reference(let path):
            let targets = values.map {
                $0.contains("/") ? Self.tail($0) : "\(targetType ?? Self.usualTarget(base))/\($0)"
            }
            filters.append(.reference(path, Set(targets), parameter: base))
        case .date where targetType == "missing":
            guard let isMissing = Bool(value) else { throw Self.unreadable(name) }
            filters.append(.undated(isMissing))
        case _ where targetType != nil: return false
        case .date: filters.append(.date(try Self.moment(name, value)))
        case .identifier: filters.append(.identifier(values.map { SearchToken($0) }))
        case .token(let path): filters.append(.token(path, values.map { SearchToken($0) }))
        }
        return true
    }

    private static func alternatives(_ value: String) -> [String] {
        value.split(separator: ",").map(String.init)
    }

    private static func moment(_ name: String, _ value: String) throws(Refusal) -> SearchMoment {
        guard let moment = SearchMoment(value) else { throw unreadable(name) }
        return moment
    }

    private static func ids(_ values: [String]) -> Set<String> {
        Set(values.map { $0.split(separator: "/").last.map(String.init) ?? $0 })
    }

    /// The last two segments of a reference: `Type/id`.
    private static func tail(_ reference: String) -> String {
        reference.split(separator: "/").suffix(2).joined(separator: "/")
    }

    private static func usualTarget(_ parameter: String) -> String {
        switch parameter {
        case "practitioner", "participant", "performer", "author", "requester", "general-practitioner": "Practitioner"
        case "location": "Location"
        case "service-provider", "organization", "payor", "partof", "custodian": "Organization"
        case "diagnosis": "Condition"
        case "result", "has-member": "Observation"
        case "part-of": "Encounter"
        default: "Patient"
        }
    }

    private static func unreadable(_ name: String) -> Refusal {
        Refusal(400, "invalid", "The value of \(name) cannot be read.")
    }
}
