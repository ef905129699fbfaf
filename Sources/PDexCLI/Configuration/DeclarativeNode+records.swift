import DeclarativeFiles
import FHIR
import PDex

extension DeclarativeNode {
    /// Where records come from: `{ from: fhir }`, `{ from: bulk-export }`, `{ file: FILE }`, `{ folder: FOLDER }` or,
    /// for coverage, `{ csv: FILE, columns: … }`.
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

    /// `columns`: the name of the column for each field.
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

    /// `match` of a payer: how its numbers stand to the clinics'.
    func memberNumbers(
        _ report: inout FileReport
    ) -> (numbers: MemberNumbers, crossReference: CrossReferenceSettings?) {
        let fields = fields(["subscriber-systems", "pairs", "cross-reference"], in: "'match'", &report)
        let systems = (fields["subscriber-systems"]?.list(&report) ?? []).compactMap { $0.identifierSystem(&report) }
        let pairs = (fields["pairs"]?.list(&report) ?? []).compactMap { node -> MemberNumbers.Pair? in
            let sides = ["clinic", "payer"]
            let fields = node.fields(sides, required: sides, in: "a pair", &report)
            guard let clinic = fields["clinic"]?.identifierSystem(&report),
                let payer = fields["payer"]?.identifierSystem(&report)
            else { return nil }
            return MemberNumbers.Pair(clinic: clinic, payer: payer)
        }
        let numbers = MemberNumbers(subscriberSystems: Set(systems), pairs: pairs)
        return (numbers, fields["cross-reference"]?.crossReference(&report))
    }

    private func crossReference(_ report: inout FileReport) -> CrossReferenceSettings? {
        let names = ["file", "clinic-column", "payer-column", "clinic-system", "payer-system"]
        let fields = fields(names, required: names, in: "a cross-reference", &report)
        guard let path = fields["file"]?.filePath(&report), let clinic = fields["clinic-column"]?.string(&report),
            let payer = fields["payer-column"]?.string(&report),
            let clinicSystem = fields["clinic-system"]?.identifierSystem(&report),
            let payerSystem = fields["payer-system"]?.identifierSystem(&report)
        else { return nil }
        return CrossReferenceSettings(
            path: path, clinicColumn: clinic, payerColumn: payer,
            systems: MemberNumbers.Pair(clinic: clinicSystem, payer: payerSystem))
    }

    /// `types` of a payer: the only ones it may have (CO-08).
    func allowedTypes(_ report: inout FileReport) -> [String]? {
        list(&report)?.compactMap { node in
            guard let type = node.string(&report) else { return nil }
            if !ResourceTypes.r4.contains(type) {
                report.report(
                    "'\(type.prefix(64))' is not a FHIR R4 resource type", at: node,
                    suggestion: Suggestion.closest(to: type, among: ResourceTypes.r4))
            }
            return type
        }
    }
}
