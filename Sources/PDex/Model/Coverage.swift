public import FHIR

/// What the join reads of a Coverage (US Core Coverage): whose it is and when it holds.
public struct Coverage: Sendable, Hashable {
    /// `Coverage.status`.
    public let status: String
    /// `Coverage.beneficiary.reference`.
    public let beneficiary: String?
    /// Identifiers of type `MB`, or all of them when none is typed.
    public let memberIdentifiers: [Identifier]
    /// `Coverage.subscriberId`.
    public let subscriberID: String?
    /// `Coverage.period`; nil means without limit.
    public let period: Period?
    /// Who pays (CO-13: coverage "for that payer").
    public let payors: [Payor]

    /// Reads a Coverage.
    public init(_ resource: Resource) {
        status = resource["status"]?.string ?? ""
        beneficiary = resource["beneficiary"]?["reference"]?.string
        let identifiers = (resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
        let members = identifiers.filter { $0.hasTypeCode("MB") }
        memberIdentifiers = members.isEmpty ? identifiers : members
        subscriberID = resource["subscriberId"]?.string
        period = resource["period"].flatMap(Period.init)
        payors = (resource["payor"]?.elements ?? []).map { Payor($0, in: resource) }
    }

    /// Whether the coverage holds on a day of the visit (CO-13: active by period and by status).
    ///
    /// Neither alone is enough: an `active` one ends with its period, and what is `cancelled`, a `draft`, entered in
    /// error or without a status never holds, whatever its period says.
    public func isActive(on dates: ServiceDates) -> Bool {
        guard status == "active" else { return false }
        return period.map(dates.overlap) ?? true
    }
}

extension Identifier {
    /// Whether the identifier is of a type with that code, such as `MB` or `MR` (HL7 v2-0203).
    public func hasTypeCode(_ code: String) -> Bool {
        typeCodes.contains { $0.code == code }
    }
}
