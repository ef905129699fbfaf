extension Rule<SourceFile> {
    static let imports = Rule(
        "imports only go down, never to a sibling, and an outside package has one importer",
        planted: [
            [SourceFile(path: "Sources/FHIR/A.swift", text: "import PDex")],
            [SourceFile(path: "Sources/Mappings/A.swift", text: "public import SQLiteStore")],
            [SourceFile(path: "Sources/Sandbox/A.swift", text: "@preconcurrency import Pipeline")],
            [SourceFile(path: "Sources/PDexCLI/A.swift", text: "import struct GRDB.Row")],
            [SourceFile(path: "Sources/PDex/A.swift", text: "import Logging")],
            [SourceFile(path: "Sources/Attic/A.swift", text: "")],
        ],
        innocent: [
            SourceFile(path: "Sources/Pipeline/A.swift", text: "public import PDex\nimport Logging\n// import GRDB")
        ]
    ) { files in
        files.flatMap { file -> [String] in
            guard let module = file.module else { return [] }
            guard let row = ModuleTable.row(module) else {
                return ["\(file.path): \(module) is not in the table of modules"]
            }
            var allowed = row.mayImport.union(row.outside).union(ModuleTable.everybody)
            if row.floor >= 2 { allowed.formUnion(ModuleTable.observability) }
            return file.imports.filter { !allowed.contains($0.module) }
                .map { "\(file.path):\($0.line): \(module) may not import \($0.module)" }
        }
    }

    static let permissions = Rule(
        "whatever the table of modules permits is made use of",
        planted: [Array(everythingPermitted.dropFirst())],
        innocent: everythingPermitted
    ) { files in
        let imported: [String: Set<String>] = Dictionary(grouping: files) { $0.module ?? "" }
            .mapValues { Set($0.flatMap(\.imports).map(\.module)) }
        let anywhere = Set(imported.values.joined())
        let unused = sharedPermissions.subtracting(anywhere).sorted().map { "nobody imports \($0)" }
        return unused
            + ModuleTable.rows.flatMap { row -> [String] in
                let permitted = row.mayImport.union(row.outside)
                return permitted.subtracting(imported[row.module, default: []]).sorted()
                    .map { "\(row.module) may import \($0), and does not" }
            }
    }

    /// Modules that no row names, because more than one module may import them.
    private static let sharedPermissions = ModuleTable.everybody.union(ModuleTable.observability)

    /// A file for each module, with all imports that the table permits it.
    private static let everythingPermitted: [SourceFile] = ModuleTable.rows.map { row in
        let shared: Set<String> = row.floor >= 2 ? sharedPermissions : []
        let lines = row.mayImport.union(row.outside).union(shared).map { "import \($0)" }
        return SourceFile(path: "Sources/\(row.module)/A.swift", text: lines.joined(separator: "\n"))
    }

    static let ownName = Rule(
        "a module has no type of its own name",
        planted: [
            [SourceFile(path: "Sources/PDex/A.swift", text: "public enum PDex {")],
            [SourceFile(path: "Sources/Jobs/A.swift", text: "typealias Jobs = [Int]")],
        ],
        innocent: [SourceFile(path: "Sources/PDex/A.swift", text: "public enum PDexVersion {}\nextension PDex {}")]
    ) { files in
        let kinds = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        return files.flatMap { file in
            kinds.flatMap { kind in
                file.code.enumerated().filter { _, line in
                    let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                    return zip(words, words.dropFirst()).contains { String($0) == kind && String($1) == file.module }
                }.map { "\(file.path):\($0.offset + 1): a \(kind) is called like its module" }
            }
        }
    }
}
