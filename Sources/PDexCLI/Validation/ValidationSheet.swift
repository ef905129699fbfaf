import Conformance
import FHIR

/// What `pdex validate` prints.
struct ValidationSheet {
    let checker: FileChecker

    init(_ checker: FileChecker) {
        self.checker = checker
    }

    /// Text for people: the findings by resource, then what was not checked, then the counts.
    var text: String {
        var lines: [String] = []
        for checked in checker.noted {
            lines.append("\(checked.place): \(checked.type)")
            for finding in checked.report.findings where finding.severity != .information {
                lines.append("  \(finding.severity.rawValue): \(finding.path): \(finding.message) [\(finding.rule)]")
                if !finding.profile.isEmpty { lines.append("    profile: \(finding.profile)") }
                lines.append("    do: \(finding.advice)")
            }
        }
        let unchecked = checker.unchecked.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !unchecked.isEmpty { lines.append("Not checked:") }
        for (what, count) in unchecked { lines.append("  \(what) (\(count.of("resource")))") }
        let verdict = checker.invalid == 0 ? "all conform" : "\(checker.invalid.grouped) do not conform"
        lines.append("\(checker.total.of("resource")): \(verdict)")
        return lines.joined(separator: "\n")
    }

    /// The same as JSON.
    var json: JSONValue {
        let resources: [JSONValue] = checker.noted.map { checked in
            [
                "place": .string(checked.place), "type": .string(checked.type),
                "conformant": .bool(checked.report.isConformant),
                "profiles": .array(checked.report.profiles.map(JSONValue.string)),
                "findings": .array(checked.report.findings.filter { $0.severity != .information }.map(\.json)),
            ]
        }
        let unchecked: [JSONValue] = checker.unchecked.sorted { $0.key < $1.key }.map {
            ["what": .string($0.key), "resources": .number(JSONNumber($0.value))]
        }
        return [
            "resources": .number(JSONNumber(checker.total)), "invalid": .number(JSONNumber(checker.invalid)),
            "noted": .array(resources), "notChecked": .array(unchecked),
        ]
    }
}
