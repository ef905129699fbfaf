extension Int {
    /// The number with a comma after every three digits: `12,345`.
    var grouped: String {
        let digits = String(magnitude)
        let groups = digits.enumerated().map { place, digit in
            (place > 0 && (digits.count - place).isMultiple(of: 3) ? "," : "") + String(digit)
        }
        return (self < 0 ? "-" : "") + groups.joined()
    }

    /// The number as a size: `512 B`, `3.4 MB`.
    var asBytes: String {
        var unit = "B"
        var size = Double(self)
        for larger in ["KB", "MB", "GB", "TB"] where size >= 1000 {
            size /= 1000
            unit = larger
        }
        guard unit != "B" else { return "\(self) B" }
        let tenths = Int((size * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// The number of seconds as a time: `42 s`, `12 min`, `8 h 5 min`.
    var asTime: String {
        guard self >= 600 else { return "\(self) s" }
        let minutes = (self + 59) / 60
        return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }

    /// The number with its noun: `1 bundle`, `2 bundles`.
    func of(_ noun: String) -> String {
        grouped + " " + noun + (self == 1 ? "" : "s")
    }
}
