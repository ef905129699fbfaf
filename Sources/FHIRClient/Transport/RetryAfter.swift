import FHIR

/// The header `Retry-After` in either of its forms (RFC 9110 §10.2.3).
enum RetryAfter {
    /// A week: no server means more.
    private static let longest = 604_800

    /// Seconds from now; a date is taken by the server's own clock if it sends its time. Nil when absent or invalid.
    static func seconds(_ headers: HTTPHeaders, now: Instant) -> Int? {
        guard let text = headers["Retry-After"], !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
            return min(Int(text) ?? longest, longest)
        }
        guard let date = Instant(httpDate: text) else { return nil }
        let present = headers["Date"].flatMap { Instant(httpDate: $0) } ?? now
        let milliseconds = date.milliseconds - present.milliseconds
        return Int(min(max((milliseconds + 999) / 1000, 0), Int64(longest)))
    }
}
