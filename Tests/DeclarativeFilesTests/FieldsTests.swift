import DeclarativeFiles
import Testing

@Suite("The fields of a declarative file")
struct FieldsTests {
    @Test(
        "an unknown, duplicate or missing key is reported with its place",
        arguments: [
            ("job: a\nschedul: b", "f.yaml:2:1: unknown key 'schedul' in a job — did you mean 'schedule'?"),
            ("job: a\n\n  \ncolour: b", "f.yaml:4:1: unknown key 'colour' in a job; it has: job, schedule"),
            ("{job: a, job: b}", "f.yaml:1:10: duplicate key 'job', already on line 1"),
            ("job: a\n\"job\": b", "f.yaml:2:1: duplicate key 'job', already on line 1"),
            ("schedule: a", "f.yaml:1:1: a job needs the key 'job'"),
            ("{}", "f.yaml:1:1: a job needs the key 'job'"),
            ("- job", "f.yaml:1:1: the file must be the fields of a job, one 'key: value' each, found a list"),
            ("job", "f.yaml:1:1: the file must be the fields of a job, one 'key: value' each, found text"),
        ])
    func wrongKeys(text: String, expected: String) throws {
        let file = try DeclarativeFile.parse(text, path: "f.yaml")
        var report = FileReport()
        _ = file.root.fields(["job", "schedule"], required: ["job"], in: "a job", &report)
        #expect(report.diagnostics.map(\.description) == [expected])
    }

    @Test("everything wrong in a file is reported at once, in the order of the file")
    func allAtOnce() throws {
        let file = try DeclarativeFile.parse("zone: UTC\njob: [x]\nscedule: 1\nscedule: 2\n", path: "f.yaml")
        var report = FileReport()
        let fields = file.root.fields(["job", "schedule"], in: "a job", &report)
        _ = fields["job"]?.string(&report)
        let thrown = #expect(throws: FileDiagnostics.self) { try report.throwIfAny() }
        #expect(
            thrown?.description == """
                f.yaml:1:1: unknown key 'zone' in a job; it has: job, schedule
                f.yaml:2:6: 'job' must be text, found a list
                f.yaml:3:1: unknown key 'scedule' in a job — did you mean 'schedule'?
                f.yaml:4:1: duplicate key 'scedule', already on line 3
                """)
    }

    @Test("diagnostics of several files are sorted by file, those of a whole file first")
    func severalFiles() {
        var report = FileReport()
        report.report("third", path: "b", position: Position(line: 1, column: 1))
        report.report("second", path: "a", position: Position(line: 2, column: 10))
        report.report("first", path: "a", position: nil)
        #expect(FileDiagnostics(report.diagnostics).all.map(\.message) == ["first", "second", "third"])
    }

    @Test("the keys that an author chose come in the order of the file, a duplicate only once")
    func openFields() throws {
        let file = try DeclarativeFile.parse("zeta: 1\non: 2\n7: 3\non: 4\n", path: "f.yaml")
        var report = FileReport()
        let fields = file.root.openFields(&report)
        #expect(fields.map(\.key) == ["zeta", "on", "7"])
        #expect(fields.map(\.keyPosition.line) == [1, 2, 3])
        #expect(report.diagnostics.map(\.description) == ["f.yaml:4:1: duplicate key 'on', already on line 2"])
    }

    @Test("a letter inside a text is found again, quoted or not, and never guessed")
    func positionInText() throws {
        let file = try DeclarativeFile.parse(
            "plain: status in x\nquoted: \"status in x\"\nescaped: \"a\\tb\"\nblock: |\n  text\n", path: "f.yaml")
        var report = FileReport()
        let columns = file.root.openFields(&report).map { $0.value.position(ofCharacter: 7).column }
        #expect(columns == [15, 17, 10, 8])
    }
}
