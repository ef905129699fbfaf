import Testing

@Suite("The sources keep to the architecture")
struct ArchitectureTests {
    private static let rules: [Rule<SourceFile>] =
        [.imports, .permissions, .ownName, .size, .names, .unfinished, .machinePaths, .stringBuiltSQL]
        + [.permits, .sending] + Rule<SourceFile>.words

    @Test("every file of the product obeys", arguments: rules)
    func obeys(_ rule: Rule<SourceFile>) {
        #expect(!Repository.sources.isEmpty)
        #expect(rule.offences(Repository.sources) == [])
    }

    @Test("a rule notices what it forbids, and only that", arguments: rules)
    func bites(_ rule: Rule<SourceFile>) {
        for offence in rule.planted {
            #expect(!rule.offences(offence).isEmpty, "not noticed: \(offence.map(\.path))")
        }
        #expect(rule.offences(rule.innocent) == [])
    }

    @Test(
        "the tests are small and have names and paths that say something, too",
        arguments: [.size, .names, .machinePaths, .unfinished] as [Rule<SourceFile>])
    func testsObey(_ rule: Rule<SourceFile>) {
        #expect(!Repository.tests.isEmpty)
        #expect(rule.offences(Repository.tests) == [])
    }

    @Test("the table of modules itself only goes down, and each outside package is on one line")
    func tableGoesDown() {
        for row in ModuleTable.rows {
            for below in row.mayImport {
                #expect(ModuleTable.row(below).map { $0.floor < row.floor } == true, "\(row.module) on \(below)")
            }
        }
        let walls = ModuleTable.rows.filter { $0.floor < 6 }.flatMap(\.outside).filter { $0 != ModuleTable.threads }
        #expect(Set(walls).count == walls.count)
    }

    @Test("strings, comments and interpolations are told from code")
    func readsSources() {
        let text = ##"let a = "x /* \(f("y")) // */" /* a /* b */ "c" */ + #"\("# // try!"##

        let file = SourceFile(path: "Sources/PDex/A.swift", text: text)

        #expect(file.literals.map(\.text).sorted() == [#"\("#, #"x /* \(f("y")) // */"#, "y"].sorted())
        #expect(file.code[0].filter { $0 != " " } == #"leta="f("")"+"""#)
    }
}
