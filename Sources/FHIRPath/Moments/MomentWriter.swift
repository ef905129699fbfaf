/// Writes the parts of a date or time as FHIR does.
enum MomentWriter {
    static func text(_ kind: PathMoment.Kind, _ fields: [Int], _ fractionDigits: Int, _ offsetMinutes: Int?) -> String {
        if kind == .time { return "T" + time(fields[...], fractionDigits) }
        var text = padded(fields[0], 4)
        for field in fields.dropFirst().prefix(2) { text += "-" + padded(field, 2) }
        guard kind == .dateTime else { return text }
        text += "T"
        if fields.count > 3 { text += time(fields[3...], fractionDigits) + offset(offsetMinutes) }
        return text
    }

    private static func time(_ fields: ArraySlice<Int>, _ fractionDigits: Int) -> String {
        var text = fields.prefix(2).map { padded($0, 2) }.joined(separator: ":")
        guard fields.count > 2 else { return text }
        let nanoseconds = fields[fields.startIndex + 2]
        text += ":" + padded(nanoseconds / 1_000_000_000, 2)
        if fractionDigits > 0 { text += "." + padded(nanoseconds % 1_000_000_000, 9).prefix(fractionDigits) }
        return text
    }

    private static func offset(_ minutes: Int?) -> String {
        guard let minutes else { return "" }
        if minutes == 0 { return "Z" }
        return (minutes < 0 ? "-" : "+") + padded(abs(minutes) / 60, 2) + ":" + padded(abs(minutes) % 60, 2)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
