import PDex

/// Where the declared columns stand in a roster's first record.
struct RosterHeader {
    private let places: [RosterColumns.Field: Int]
    /// How many fields each record must have.
    let width: Int

    /// Finds the columns. Throws `roster.invalid` unless the file has those that are declared, spelt the same, each
    /// once, and no other.
    init(_ names: [String], _ columns: RosterColumns) throws(Fault) {
        let found = Set(names)
        let missing = columns.expected.subtracting(found).sorted()
        let unknown = names.filter { !columns.expected.contains($0) }
        guard missing.isEmpty, unknown.isEmpty, found.count == names.count else {
            var what: [String] = []
            if !missing.isEmpty { what.append("it lacks \(missing.joined(separator: ", "))") }
            // A file without a header has people in its first line: columns that are not declared are only counted.
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

    /// What a record has in a field, without outer blanks; nil when it has no such column, or nothing in it.
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
