import DeclarativeFiles
import FHIR
import FHIRPath
import Foundation
import PDex

/// Reads files of profile sheets strictly: anything unknown is reported with its line and column.
struct ProfileSheetReader {
    private(set) var report = FileReport()
    private(set) var profiles: [String: CompiledProfile] = [:]
    private(set) var valueSets: [String: ValueSetRule] = [:]
    private var sheets: [String: SheetElement] = [:]

    /// Every key of a file.
    static let keys = ["sheets", "about", "codes", "profiles"]
    /// Every key of one profile.
    static let profileKeys = ["profile", "of", "like", "required", "codes", "rules"]

    /// Reads the files of a folder in the order of their names, and returns their hash.
    mutating func read(folder: String, _ digests: Digests) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var message: [UInt8] = []
        for name in names.sorted() where name.hasSuffix(".yaml") {
            do throws(FileDiagnostics) {
                let file = try DeclarativeFile.read(path: folder + "/" + name)
                message += Array(name.utf8) + [0] + Array(file.text.utf8) + [0]
                read(file)
            } catch {
                report.report(error)
            }
        }
        guard !message.isEmpty else { return "" }
        return digests.sha256(message).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Reads one file.
    mutating func read(_ file: DeclarativeFile) {
        let fields = file.root.fields(
            Self.keys, required: ["sheets", "about", "profiles"], in: "a file of profile sheets", &report)
        let name = fields["sheets"]?.string(&report) ?? ""
        _ = fields["about"]?.string(&report)
        for (key, _, node) in fields["codes"]?.openFields(&report) ?? [] { readCodes("\(name) \(key)", node) }
        for node in fields["profiles"]?.list(&report) ?? [] { readProfile(node, in: name) }
    }

    private mutating func readCodes(_ name: String, _ node: DeclarativeNode) {
        let isList = node.isList
        let fields = isList ? [:] : node.fields(["system", "codes"], required: ["codes"], in: "codes", &report)
        let codes = (isList ? node : fields["codes"])?.strings(&report) ?? []
        let clause = ValueSetRule.Clause(
            system: fields["system"]?.string(&report), codes: Set(codes), filters: [], content: nil, valueSets: [])
        valueSets[name] = ValueSetRule(include: [clause], exclude: [])
    }

    private mutating func readProfile(_ node: DeclarativeNode, in file: String) {
        let fields = node.fields(Self.profileKeys, required: ["profile"], in: "a profile sheet", &report)
        guard let canonical = fields["profile"]?.string(&report) else { return }
        let like = fields["like"]?.string(&report)
        if let like, sheets[like] == nil { report.report("no sheet above is for '\(like.prefix(100))'", at: node) }
        guard let type = fields["of"]?.string(&report) ?? like.flatMap({ sheets[$0]?.name }) else {
            report.report("a profile sheet needs 'of', a resource type, or 'like', a sheet above it", at: node)
            return
        }
        guard ResourceTypes.contains(type) else {
            report.report("'\(type.prefix(64))' is no resource type of FHIR R4", at: node)
            return
        }
        guard profiles[canonical] == nil else {
            report.report("'\(canonical)' has a sheet already", at: node)
            return
        }
        var sheet = like.flatMap { sheets[$0] } ?? SheetElement(type)
        for item in fields["required"]?.list(&report) ?? [] {
            if let path = item.string(&report) { sheet.require(path.split(separator: ".").map(String.init)[...]) }
        }
        for (path, _, item) in fields["codes"]?.openFields(&report) ?? [] {
            guard let name = item.string(&report) else { continue }
            if valueSets["\(file) \(name)"] == nil { report.report("no codes are called '\(name)' here", at: item) }
            sheet.bind(
                path.split(separator: ".").map(String.init)[...],
                Binding(isRequired: true, valueSet: "\(file) \(name)"))
        }
        for item in fields["rules"]?.list(&report) ?? [] { readRule(item, into: &sheet) }
        sheets[canonical] = sheet
        profiles[canonical] = CompiledProfile(sheet: sheet.rule(at: type), canonical: canonical, type: type)
    }

    private mutating func readRule(_ node: DeclarativeNode, into sheet: inout SheetElement) {
        let keys = ["key", "at", "that", "else"]
        let fields = node.fields(keys, required: keys.filter { $0 != "at" }, in: "a rule", &report)
        guard let key = fields["key"]?.string(&report), let text = fields["that"]?.string(&report),
            let words = fields["else"]?.string(&report), let that = fields["that"]
        else { return }
        do throws(PathError) {
            let invariant = Invariant(key: key, isError: true, human: words, expression: try PathExpression(text))
            let path = fields["at"]?.string(&report)?.split(separator: ".").map(String.init) ?? []
            sheet.hold(path[...], invariant)
        } catch {
            report.report(error.message, at: that)
        }
    }
}
