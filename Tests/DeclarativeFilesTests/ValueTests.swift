import DeclarativeFiles
import Testing

@Suite("Values that go on as JSON")
struct ValueTests {
    @Test(
        "numbers stay as written, quoted words stay text, and nothing is guessed",
        arguments: [
            ("1.00", .number("1.00")), ("-0.5e-3", .number("-0.5e-3")), ("0", .number("0")),
            ("\"1.00\"", .string("1.00")), ("'true'", .string("true")), ("true", .bool(true)),
            ("false", .bool(false)), ("~", .null), ("null", .null), ("\"\"", .string("")),
            ("yes", .string("yes")), ("off", .string("off")), ("2026-01-31", .string("2026-01-31")),
            ("12:30", .string("12:30")), ("5MB", .string("5MB")), ("-", .list([.null])),
            ("[1, [x]]", .list([.number("1"), .list([.string("x")])])),
            ("|\n  two\n  lines\n", .string("two\nlines\n")),
        ] as [(String, DeclarativeValue)])
    func plain(text: String, expected: DeclarativeValue) throws {
        var report = FileReport()
        #expect(try node("v:\n  \(text)").value(&report) == expected)
        #expect(report.isEmpty)
    }

    @Test("fields keep their order")
    func order() throws {
        var report = FileReport()
        let value = try node("v: { zeta: 1, alpha: 2, mid: { on: no } }").value(&report)
        #expect(keys(of: value) == ["zeta", "alpha", "mid"])
        #expect(report.isEmpty)
    }

    @Test(
        "what one reader takes for a number and another for text must be quoted",
        arguments: ["007", "+1", "0x1F", "0o17", ".5", "5.", "1_000", ".inf", "-.INF", ".nan", "01e5"])
    func ambiguousNumbers(text: String) throws {
        var report = FileReport()
        _ = try node("v: \(text)").value(&report)
        #expect(
            report.diagnostics.map(\.description) == [
                "f.yaml:1:4: '\(text)' could be a number or text; if it is text, write it in quotes"
            ])
    }

    @Test("True and NULL must be made clear")
    func ambiguousWords() throws {
        var report = FileReport()
        _ = try node("v: [True, NULL]").value(&report)
        #expect(
            report.diagnostics.map(\.description) == [
                "f.yaml:1:5: 'True' could be a value or text; write true, or \"True\" in quotes",
                "f.yaml:1:11: 'NULL' could be a value or text; write null, or \"NULL\" in quotes",
            ])
    }

    @Test("a duplicate key inside a value is reported")
    func duplicates() throws {
        var report = FileReport()
        _ = try node("v:\n  a: 1\n  a: 2\n").value(&report)
        #expect(report.diagnostics.map(\.description) == ["f.yaml:3:3: duplicate key 'a', already on line 2"])
    }

    private func keys(of value: DeclarativeValue) -> [String] {
        guard case .object(let fields) = value else { return [] }
        return fields.map(\.key)
    }
}
