extension DeclarativeNode {
    /// A span of time: a whole number and `s`, `m`, `h` or `d` (24 hours), such as `30s` or `36h`; at most ten years.
    /// `other` is what may stand here besides, such as `business days such as 1bd`.
    public func duration(_ report: inout FileReport, or other: String? = nil) -> Duration? {
        let seconds = quantity(
            (other.map { $0 + ", or " } ?? "") + "a duration such as 30s, 5m, 2h or 7d",
            ["s": 1, "m": 60, "h": 3600, "d": 86_400], &report)
        guard let seconds else { return nil }
        guard seconds <= 3650 * 86_400 else {
            report.report("\(name) is longer than ten years", at: self)
            return nil
        }
        return .seconds(seconds)
    }

    /// A number of bytes: a whole number and `B`, `KB`, `MB`, `GB` (thousands) or `KiB`, `MiB`, `GiB` (1024s).
    public func byteSize(_ report: inout FileReport) -> Int? {
        quantity(
            "a size such as 500KB, 5MB or 5MiB",
            [
                "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
                "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
            ],
            &report)
    }

    /// How often something may happen, per second: `10/s`, `600/m` or `0.5/s`; greater than zero.
    public func rate(_ report: inout FileReport) -> Double? {
        let expected = "a rate such as 10/s, 0.5/s or 600/m"
        guard let text = written(expected, &report) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let seconds: [String: Double] = ["s": 1, "m": 60, "h": 3600]
        guard parts.count == 2, let per = seconds[parts[1]], case .json? = NumberSyntax(parts[0]),
            let count = Double(parts[0]), count > 0, count <= 1_000_000
        else {
            report.report("\(name) must be \(expected), found '\(text.prefix(20))'", at: self)
            return nil
        }
        return count / per
    }

    /// A whole number followed by one of `units`, multiplied out; nil (reported) when it is anything else.
    private func quantity(_ expected: String, _ units: [String: Int], _ report: inout FileReport) -> Int? {
        guard let text = written(expected, &report) else { return nil }
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = String(text[digits.endIndex...])
        guard let number = Int(digits), let factor = units[unit] else {
            report.report("\(name) must be \(expected), found '\(text.prefix(20))'", at: self)
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else {
            report.report("\(name) is too large: '\(text.prefix(20))'", at: self)
            return nil
        }
        return product
    }

    /// The scalar as written; nil (reported) when there is none.
    private func written(_ expected: String, _ report: inout FileReport) -> String? {
        guard case .scalar(let text, _) = content, !isNull else {
            reportExpected(expected, &report)
            return nil
        }
        return text
    }
}
