import FHIR

/// The years before a day in which care must have been given (CMS-03, CMS-10): by the date of service, never by when a
/// resource changed.
struct ServiceWindow: Sendable {
    let years: Int

    /// The types whose resources all have a date of service, unless flawed, and can be searched by it (`date`).
    static let types = ["DiagnosticReport", "Encounter", "Immunization", "Observation", "Procedure"]

    /// The first day of the window.
    func first(on now: Instant) -> FHIRDate? {
        let today = now.text
        guard let year = Int(today.prefix(4)) else { return nil }
        let first = "\(year - years)"
        // The only day that the earlier year may lack is 29 February.
        return FHIRDate(first + today.dropFirst(4).prefix(6)) ?? FHIRDate(first + "-02-28")
    }

    /// The filters of an export request that exclude care outside the window but include what has no date (CMS-10).
    /// Other types come completely: their dates are not of service, or many have none.
    func filters(on now: Instant, among wanted: [String]) -> [String] {
        guard let first = first(on: now) else { return [] }
        return Self.types.filter { wanted.isEmpty || wanted.contains($0) }
            .flatMap { ["\($0)?date=ge\(first.text)", "\($0)?date:missing=true"] }
    }
}
