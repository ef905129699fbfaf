import DeclarativeFiles
import Testing

@Suite("What a declarative file may look like")
struct FileTextTests {
    @Test(
        "what does not read the same everywhere is refused, with its place",
        arguments: [
            ("", "f.yaml: the file is empty"),
            ("# only a comment\n", "f.yaml: the file is empty"),
            ("a: &x 1", "f.yaml:1:4: anchors (&name) are not supported; write the value out"),
            ("a: &x [1]", "f.yaml:1:4: anchors (&name) are not supported; write the value out"),
            ("a: &x {b: 1}", "f.yaml:1:4: anchors (&name) are not supported; write the value out"),
            ("a: *x", "f.yaml:1:4: aliases (*name) are not supported; write the value out"),
            ("a: !!str 5", "f.yaml:1:4: tags (!name) are not supported; quote the value if it is text"),
            ("a: !x [5]", "f.yaml:1:4: tags (!name) are not supported; quote the value if it is text"),
            ("!x {a: 1}", "f.yaml:1:1: tags (!name) are not supported; quote the value if it is text"),
            ("a: 1\n<<: {b: 1}", "f.yaml:2:1: merge keys (<<) are not supported; write the fields out"),
            ("---\na: 1\n---\nb: 2", "f.yaml:3:1: a second document starts here; a file has one"),
            ("? [a]\n: 1", "f.yaml:1:3: a key must be a word, not a list or fields"),
            ("?\n: 1", "f.yaml:1:2: a key is missing before ':'"),
            ("a: b: c", "f.yaml:1:5: not valid YAML: mapping values are not allowed in this context"),
            (
                "a: 1\nb: @x",
                "f.yaml:2:4: not valid YAML: found character that cannot start any token "
                    + "while scanning for the next token"
            ),
            ("a: 1\nü: x\u{7}", "f.yaml:2:5: control characters are not allowed"),
            (
                "a: \"\\uD800\"",
                "f.yaml:1:7: not valid YAML: found invalid Unicode character escape code while parsing a quoted scalar"
            ),
        ])
    func refusal(text: String, expected: String) {
        #expect(diagnostics(text) == [expected])
    }

    @Test("every anchor and tag before the first thing that stops the reading is reported")
    func severalRefusals() {
        let found = diagnostics("a: &x 1\nb: !y 2\nc: *x")
        #expect(
            found == [
                "f.yaml:1:4: anchors (&name) are not supported; write the value out",
                "f.yaml:2:4: tags (!name) are not supported; quote the value if it is text",
                "f.yaml:3:4: aliases (*name) are not supported; write the value out",
            ])
    }

    @Test("64 levels are read, and the 65th is refused")
    func depth() {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(diagnostics(deepest) == [])
        #expect(diagnostics("[\(deepest)]") == ["f.yaml:1:65: nested deeper than 64 levels"])
    }

    @Test("a file of 1 MiB is read, and one byte more is refused")
    func size() {
        let largest = "a: " + String(repeating: "x", count: DeclarativeFile.maximumBytes - 3)
        #expect(diagnostics(largest) == [])
        #expect(diagnostics(largest + "x") == ["f.yaml: the file is larger than 1 MiB"])
    }

    @Test("a byte order mark, Windows line ends, a version line and comments are no obstacle")
    func tolerance() throws {
        let file = try DeclarativeFile.parse("\u{FEFF}%YAML 1.2\r\n---\r\na: x # one\r\n", path: "f.yaml")
        var report = FileReport()
        #expect(file.root.fields(["a"], in: "f", &report)["a"]?.string(&report) == "x")
        #expect(report.isEmpty)
    }

    @Test("a bomb of aliases is refused at the first anchor's end, before anything grows")
    func bomb() {
        let levels = (1...30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]" }.joined(separator: "\n")
        #expect(diagnostics("a0: &a0 x\n" + levels).count == 3)
    }
}

/// What is wrong with `text`, as printed.
func diagnostics(_ text: String) -> [String] {
    do throws(FileDiagnostics) {
        _ = try DeclarativeFile.parse(text, path: "f.yaml")
        return []
    } catch {
        return error.all.map(\.description)
    }
}
