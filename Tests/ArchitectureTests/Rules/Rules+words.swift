extension Rule<SourceFile> {
    /// Words that stand for a risk taken silently.
    static let words: [Rule] = [
        forbidding("Task.detached", because: "no task outlives its scope"),
        forbidding("@unchecked Sendable", because: "the compiler checks what is shared"),
        forbidding("try!", because: "an error is handled or handed on"),
        forbidding("fatalError(", because: "no input stops the service"),
        forbidding("URLSession", because: "it hands tokens to other origins and accepts truncated bodies"),
        forbidding("JSONSerialization", because: "it changes numbers and accepts duplicate keys"),
        forbidding("JSONDecoder", because: "it changes numbers and accepts duplicate keys"),
        forbidding("JSONEncoder", because: "it changes the order of keys"),
        forbidding("Date()", because: "time comes in through WallClock"),
        forbidding("Date.now", because: "time comes in through WallClock"),
        forbidding(
            "UUID()", because: "identities are derived, never random",
            except: ["Sources/PDexTesting/Contracts/TemporaryPlace.swift"]),
        forbidding(
            "Task.sleep", because: "waiting goes through WallClock",
            except: ["Sources/PDexCLI/SystemClock.swift"]),
        forbidding(
            ".random(in", because: "chance is handed in", unless: "using:",
            except: ["Sources/PDexCLI/Assembly.swift", "Sources/FHIRClient/ReadRetry.swift"]),
    ]

    static let unfinished = Rule(
        "nothing is left for later in a comment",
        planted: [[SourceFile(path: "Sources/PDex/A.swift", text: "// TO" + "DO: finish")]]
    ) { files in
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
        return files.flatMap { file in
            file.lines.enumerated().filter { _, line in marks.contains { line.contains($0) } }
                .map { "\(file.path):\($0.offset + 1): \($0.element)" }
        }
    }

    static let machinePaths = Rule(
        "no path of one particular machine is written anywhere",
        planted: [[SourceFile(path: "Tests/PDexTests/A.swift", text: "let here = \"/" + "home/me/data\"")]],
        innocent: [SourceFile(path: "Sources/PDex/A.swift", text: "let url = \"https://example.org/fhir\"")]
    ) { files in
        let homes = ["work", "root", "opt", "home", "Users"].flatMap { ["\"/\($0)/", "`/\($0)/", "file:///\($0)/"] }
        return files.flatMap { file in
            file.lines.enumerated().filter { _, line in homes.contains { line.contains($0) } }
                .map { "\(file.path):\($0.offset + 1)" }
        }
    }

    /// What may be in SQL in addition to constants of the type (`Self.…`): our own words, never a value from outside.
    private static let partsOfSQL: Set<String> = [
        "version",
        "table", "pragma", "marks", "waiting", "filtered", "next + 1", "options.writerCacheKiB",
        "options.readerCacheKiB",
    ]

    static let stringBuiltSQL = Rule(
        "SQL is written, not assembled from values: values are bound",
        planted: [
            #"let q = "SELECT raw FROM staged WHERE id = '\(id)'""#,
            #"let q = "DELETE FROM staged WHERE id = " + id"#,
            #"let q = "SELECT \(Self.columns) FROM \(name())""#,
        ].map { [SourceFile(path: "Sources/SQLiteStore/A.swift", text: $0)] },
        innocent: [
            #"let q = "SELECT \(Self.columns) FROM staged WHERE id IN (\(marks))""#,
            #"let a = "Select one: \(n)""#,
        ].map { SourceFile(path: "Sources/SQLiteStore/A.swift", text: $0) }
    ) { files in
        let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "REPLACE ", "WITH ", "PRAGMA ", "CREATE "]
        return files.flatMap { file in
            file.literals.filter { literal in
                let statement = literal.text.drop { $0.isWhitespace }
                guard verbs.contains(where: { statement.hasPrefix($0) }) else { return false }
                let foreign = literal.interpolations.filter { !$0.hasPrefix("Self.") && !partsOfSQL.contains($0) }
                let line = file.code[min(literal.line, file.code.count) - 1]
                return !foreign.isEmpty || line.contains("\" +") || line.contains("+ \"")
            }.map { "\(file.path):\($0.line)" }
        }
    }

    /// A word that must not be in code, except in some files, or in a line that holds another word.
    private static func forbidding(
        _ word: String, because reason: String, unless excuse: String? = nil, except: Set<String> = []
    ) -> Rule {
        Rule(
            "no \(word): \(reason)",
            planted: [[SourceFile(path: "Sources/PDex/A.swift", text: "let x = " + word + ")")]],
            innocent: [SourceFile(path: "Sources/PDex/A.swift", text: "// not \(word)\nlet x = \"\(word)\"")]
        ) { files in
            files.filter { !except.contains($0.path) }.flatMap { $0.places(of: word, unless: excuse) }
        }
    }
}
