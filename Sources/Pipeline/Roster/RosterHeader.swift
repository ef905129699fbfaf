import PDex

/// The positions of the declared columns in a roster's first record.
struct RosterHeader {
    private let places: [RosterColumns.Field: Int]
    /// How many fields each record must have.
    let width: Int

    /// Finds the columns. Throws `roster.invalid` unless the file has exactly the declared columns, spelt the same,
    /// each once.
    init(_ names: [String], _ columns: RosterColumns) throws(Fault) {
        let found = Set(names)
        let missing = columns.expected.subtracting(found).sorted()
        let unknown = names.filter { !columns.expected.contains($0) }
        guard missing.isEmpty, unknown.isEmpty, found.count == names.count else {
            var what: [String] = []
            if !missing.isEmpty { what.append("it lacks \(missing.joined(separator: ", "))") }
            // The first line of a file without a header is about people: undeclared columns are only counted.
            if !unknown.isEmpty { what.append("\(unknown.count) of its columns are not declared") }
            if found.count != names.count { what.append("a column is there twice") }
            throw Fault(
                .rosterInvalid, .halt,
                "the first line of the roster is not the one declared: "
                    + what.joined(separator: "; "),
                hint: "compare it with coverage.columns and coverage.ignore of the payer in pdex.yaml")
        }
        width = names.count
        var places: [RosterColumns.Field: Int] = [:]
        for (field, name) in columns.columns { places[field] = names.firstIndex(of: name) }
        self.places = places
    }

    /// A record's value in a field, without surrounding spaces; nil when there is no such column, or no value.
    func value(_ field: RosterColumns.Field, in record: [String]) -> String? {
        guard let place = places[field], record.indices.contains(place) else { return nil }
        let text = record[place]
        guard text.utf8.first == 0x20 || text.utf8.last == 0x20 else { return text.isEmpty ? nil : text }
        let trimmed = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// Whether the file has such a column.
    func has(_ field: RosterColumns.Field) -> Bool { places[field] != nil }
}
