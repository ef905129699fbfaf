public import FHIR

/// What the join reads from a Coverage (US Core Coverage): whose it is and when it is in force.
public struct Coverage: Sendable, Hashable {
    /// `Coverage.status`.
    public let status: String
    /// `Coverage.beneficiary.reference`.
    public let beneficiary: String?
    /// Identifiers of type `MB`, or all of them when none is typed.
    public let memberIdentifiers: [Identifier]
    /// `Coverage.subscriberId`.
    public let subscriberID: String?
    /// `Coverage.period`; nil means unlimited.
    public let period: Period?
    /// Whether the period, if there is one, can be read. One that cannot, or that ends before it begins, says nothing.
    public let hasReadablePeriod: Bool
    /// Who pays (CO-13: coverage "for that payer").
    public let payors: [Payor]
    /// `Coverage.order`: which of several coverages pays first, from 1.
    public let order: Int?
    /// The code of `Coverage.relationship`, such as `self` or `child`.
    public let relationship: String?

    /// Assembles values that were read earlier; an identifier's type codings are reduced to their codes.
    public init(
        status: String, memberIdentifiers: [Identifier], subscriberID: String?, period: Period?,
        hasReadablePeriod: Bool, payors: [Payor]
    ) {
        self.status = status
        beneficiary = nil
        self.memberIdentifiers = memberIdentifiers.map(\.comparable)
        self.subscriberID = subscriberID
        self.period = period
        self.hasReadablePeriod = hasReadablePeriod
        self.payors = payors
        order = nil
        relationship = nil
    }

    /// Reads a Coverage.
    public init(_ resource: Resource) {
        status = resource["status"]?.string ?? ""
        beneficiary = resource["beneficiary"]?["reference"]?.string
        let identifiers = (resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
        let members = identifiers.filter { $0.hasTypeCode("MB") }
        memberIdentifiers = members.isEmpty ? identifiers : members
        subscriberID = resource["subscriberId"]?.string
        period = resource["period"].flatMap(Period.init)
        hasReadablePeriod = resource["period"] == nil || period != nil
        order = resource["order"]?.number.flatMap { Int($0.text) }
        relationship =
            (resource["relationship"]?["coding"]?.elements ?? []).lazy.compactMap { $0["code"]?.string }
            .first
        payors = (resource["payor"]?.elements ?? []).map { Payor($0, in: resource) }
    }

    /// Whether the coverage is in force on a day of the visit (CO-13: active by period and by status).
    ///
    /// Neither alone is enough: an `active` coverage ends with its period, and one that is `cancelled`, a `draft`,
    /// entered in error or without a status is never in force, whatever its period. An incomplete date such as "2024"
    /// is covered only when every day that it may mean is.
    public func isActive(on dates: ServiceDates) -> Bool {
        guard status == "active", hasReadablePeriod else { return false }
        return period.map(dates.certainlyOverlap) ?? true
    }

    /// The coverages in force on these days, the one that pays first in front; those without an order come last.
    public static func holding(on dates: ServiceDates, among coverages: [Coverage]) -> [Coverage] {
        coverages.filter { $0.isActive(on: dates) }.enumerated()
            .sorted { ($0.element.order ?? .max, $0.offset) < ($1.element.order ?? .max, $1.offset) }
            .map(\.element)
    }
}

extension Identifier {
    /// Whether the identifier is of a type with that code, such as `MB` or `MR` (HL7 v2-0203).
    public func hasTypeCode(_ code: String) -> Bool {
        typeCodes.contains { $0.code == code }
    }
}
