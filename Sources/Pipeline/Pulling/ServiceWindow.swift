import FHIR

/// The years before a day within which care must have been given (CMS-03, CMS-10): by the date of service, never by
/// when a resource changed.
struct ServiceWindow: Sendable {
    let years: Int

    /// The types whose every resource has a date of service, if it is not flawed, and that are found by it (`date`).
    static let types = ["DiagnosticReport", "Encounter", "Immunization", "Observation", "Procedure"]

    /// The first day that is within.
    func first(on now: Instant) -> FHIRDate? {
        let today = now.text
        guard let year = Int(today.prefix(4)) else { return nil }
        let first = "\(year - years)"
        // A day that the earlier year does not have is the 29th of February.
        return FHIRDate(first + today.dropFirst(4).prefix(6)) ?? FHIRDate(first + "-02-28")
    }

    /// What an export is asked for, so that care outside does not come; what has no date comes (CMS-10). Other types
    /// come as a whole: their dates are not of service, or many have none.
    func filters(on now: Instant, among wanted: [String]) -> [String] {
        guard let first = first(on: now) else { return [] }
        return Self.types.filter { wanted.isEmpty || wanted.contains($0) }
            .flatMap { ["\($0)?date=ge\(first.text)", "\($0)?date:missing=true"] }
    }
}
