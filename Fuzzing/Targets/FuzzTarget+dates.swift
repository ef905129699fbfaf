import FHIR

extension FuzzTarget {
    /// Dates and instants that can be read stand for some moment, and instants survive being written and read again.
    static let dates = FuzzTarget(
        name: "dates",
        seeds: [
            "2026", "2026-02", "2026-02-29", "2024-02-29", "2026-01-11T02:13:45.120Z", "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:60-14:00", "2026-01-11T02:13:45.1234567891234+05:30", "2026-01-11T02:13Z",
        ]
    ) { input in
        let text = String(decoding: input, as: UTF8.self)
        let date = FHIRDate(text)
        if let date {
            promise(date.text.utf8.elementsEqual(text.utf8), "a date is not kept as written")
            promise(date.earliest <= date.latest, "a date stands for no moment")
            promise(date.overlaps(date), "a date is not itself")
            promise(FHIRDate(date.earliest.text) != nil, "its first moment cannot be written")
        }
        guard let instant = Instant(text) else { return }
        promise(date?.earliest == instant, "a date and an instant differ")
        promise(Instant(instant.text)?.milliseconds == instant.milliseconds, "an instant is read differently")
        promise(Instant(milliseconds: instant.milliseconds) <= instant, "rounded up")
        promise(Instant(instant.text)?.text == instant.text, "an instant is written differently")
    }
}
