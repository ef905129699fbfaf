import DeclarativeFiles
import FHIR
import PDex

extension DeclarativeNode {
    /// The source of records: `{ from: fhir }`, `{ from: bulk-export }`, `{ file: FILE }`, `{ folder: FOLDER }` or, for
    /// coverage, `{ csv: FILE, columns: … }`.
    func recordSource(allowsRoster: Bool, _ report: inout FileReport) -> ExchangeTerms.RecordSource? {
        let roster = allowsRoster ? ["csv", "columns", "ignore", "systems"] : []
        let fields = fields(["from", "group", "file", "folder"] + roster, in: "a source of records", &report)
        let ways = ["from", "file", "folder", "csv"].filter { fields[$0] != nil }
        guard ways.count == 1, let way = ways.first, let node = fields[way] else {
            let words = allowsRoster ? "'from', 'file', 'folder' and 'csv'" : "'from', 'file' and 'folder'"
            if isMapping { report.report("'\(key ?? "")' needs exactly one of \(words)", at: self) }
            return nil
        }
        let group = fields["group"]?.string(&report)
        if let node = fields["group"], way != "from" { report.report("'group' goes with from: bulk-export", at: node) }
        for name in ["columns", "ignore", "systems"] where way != "csv" {
            if let node = fields[name] { report.report("'\(name)' goes with 'csv'", at: node) }
        }
        switch way {
        case "from": return node.choice(Origin.self, &report).map { $0 == .fhir ? .fhir : .export(group: group) }
        case "file": return node.filePath(&report).map { .file($0) }
        case "folder": return node.filePath(&report).map { .folder($0) }
        default:
            guard let path = node.filePath(&report) else { return nil }
            guard let columns = fields["columns"] else {
                report.report("a roster needs 'columns': which of them holds what", at: self)
                return nil
            }
            let ignored = fields["ignore"]?.strings(&report) ?? []
            let systems = fields["systems"]?.fieldSystems(&report) ?? [:]
            return columns.rosterColumns(ignored, systems, &report).map { .roster(path, $0) }
        }
    }

    private enum Origin: String, CaseIterable {
        case fhir
        case bulkExport = "bulk-export"
    }

    /// `columns`: the column name for each field.
    private func rosterColumns(
        _ ignored: [String], _ systems: [RosterColumns.Field: String], _ report: inout FileReport
    ) -> RosterColumns? {
        let all = RosterColumns.Field.allCases
        let fields = fields(
            all.map(\.rawValue), required: all.filter(\.isRequired).map(\.rawValue), in: "'columns'", &report)
        var columns: [RosterColumns.Field: String] = [:]
        for field in all { columns[field] = fields[field.rawValue]?.string(&report) }
        let names = Array(columns.values) + ignored
        if Set(names).count != names.count { report.report("a column is declared twice", at: self) }
        return RosterColumns(columns: columns, ignored: ignored, systems: systems)
    }

    /// `systems`: the identifier systems of the numbers.
    private func fieldSystems(_ report: inout FileReport) -> [RosterColumns.Field: String] {
        let names: [RosterColumns.Field] = [.memberID, .recordNumber]
        let fields = fields(names.map(\.rawValue), in: "'systems'", &report)
        var systems: [RosterColumns.Field: String] = [:]
        for name in names { systems[name] = fields[name.rawValue]?.identifierSystem(&report) }
        return systems
    }

    /// `types` of a payer: the only types it may receive (CO-08).
    func allowedTypes(_ report: inout FileReport) -> [String]? {
        list(&report)?.compactMap { node in
            node.word(among: ResourceTypes.r4, called: "a FHIR R4 resource type", &report)
        }
    }
}
