import FHIR

@testable import FHIRClient

extension FuzzTarget {
    /// A wait is between zero and a week, and an HTTP date that can be read survives being written and read again.
    ///
    /// The first line is `Retry-After`, the second `Date`.
    static let retryAfter = FuzzTarget(
        name: "retry-after",
        seeds: [
            "120", "99999999999999999999", "Sun, 06 Nov 1994 08:49:37 GMT\nSun, 06 Nov 1994 08:49:00 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994\nFri, 31 Dec 9999 23:59:60 GMT", "-1", "1.5",
            "Mon, 01 Jan 0001 00:00:00 GMT\nx",
        ]
    ) { input in
        let lines = String(decoding: input, as: UTF8.self).split(
            separator: "\n", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        var headers: HTTPHeaders = ["Retry-After": lines[0]]
        if lines.count > 1 { headers.append("Date", lines[1]) }
        for now in [Instant(seconds: 1_800_000_000), .earliest, .latest] {
            if let wait = RetryAfter.seconds(headers, now: now) { promise(0...604_800 ~= wait, "a wait beyond reason") }
        }
        for line in lines {
            guard let instant = Instant(httpDate: line) else { continue }
            // Compared by seconds: a date beyond the year 9999 becomes its last moment, which has a fraction.
            promise(Instant(httpDate: instant.httpDate)?.seconds == instant.seconds, "an HTTP date is read differently")
        }
    }
}
