import DeclarativeFiles
import Testing

@Suite("The values of a declarative file")
struct WordsTests {
    private enum Overlap: String, CaseIterable { case skip, queue }

    @Test(
        "text is text, and what could be meant otherwise is reported",
        arguments: [
            ("v: plain words", "plain words", nil),
            ("v: \"12\"", "12", nil),
            ("v: 'true'", "true", nil),
            ("v: no", "no", nil),
            ("v: 2026-01-31", "2026-01-31", nil),
            ("v: 1.2.3", "1.2.3", nil),
            ("v: 6.1", nil, "f.yaml:1:4: 'v' must be text, found the number 6.1; if it is text, write \"6.1\""),
            ("v: 007", nil, "f.yaml:1:4: 'v' must be text, found the number 007; if it is text, write \"007\""),
            ("v: true", nil, "f.yaml:1:4: 'v' must be text, found 'true'; if it is text, write \"true\""),
            ("v:", nil, "f.yaml:1:3: 'v' must be text, found nothing"),
            ("v: null", nil, "f.yaml:1:4: 'v' must be text, found nothing"),
            ("v: [a]", nil, "f.yaml:1:4: 'v' must be text, found a list"),
            ("v: {a: b}", nil, "f.yaml:1:4: 'v' must be text, found fields"),
        ] as [(String, String?, String?)])
    func text(text: String, value: String?, message: String?) throws {
        var report = FileReport()
        #expect(try node(text).string(&report) == value)
        #expect(report.diagnostics.first?.description == message)
    }

    @Test(
        "a whole number is written with digits, and lies where it may",
        arguments: [
            ("v: 12", 12, nil),
            ("v: 1000", 1000, nil),
            ("v: 1001", nil, "f.yaml:1:4: 'v' must be from 1 to 1000, found 1001"),
            ("v: -1", nil, "f.yaml:1:4: 'v' must be from 1 to 1000, found -1"),
            ("v: 1.0", nil, "f.yaml:1:4: 'v' must be a whole number, found 1.0"),
            ("v: 99999999999999999999", nil, "f.yaml:1:4: 'v' must be a whole number, found 99999999999999999999"),
            ("v: \"12\"", nil, "f.yaml:1:4: 'v' must be a whole number, found text"),
            ("v: 0x10", nil, "f.yaml:1:4: 'v' must be a whole number, found the number 0x10"),
            ("v: twelve", nil, "f.yaml:1:4: 'v' must be a whole number, found text"),
        ] as [(String, Int?, String?)])
    func wholeNumber(text: String, value: Int?, message: String?) throws {
        var report = FileReport()
        #expect(try node(text).int(in: 1...1000, &report) == value)
        #expect(report.diagnostics.first?.description == message)
    }

    @Test(
        "only true and false are true and false",
        arguments: [
            ("v: true", true, nil),
            ("v: false", false, nil),
            ("v: yes", nil, "f.yaml:1:4: 'v' must be true or false, found text"),
            ("v: True", nil, "f.yaml:1:4: 'v' must be true or false, found text"),
            ("v: \"true\"", nil, "f.yaml:1:4: 'v' must be true or false, found text"),
            ("v: 1", nil, "f.yaml:1:4: 'v' must be true or false, found the number 1"),
        ] as [(String, Bool?, String?)])
    func truth(text: String, value: Bool?, message: String?) throws {
        var report = FileReport()
        #expect(try node(text).bool(&report) == value)
        #expect(report.diagnostics.first?.description == message)
    }

    @Test("a list is a list, and each element that is not text is reported")
    func lists() throws {
        var report = FileReport()
        #expect(try node("v: [a, 1, b]").strings(&report) == ["a", "b"])
        #expect(try node("v: a").strings(&report) == nil)
        #expect(
            report.diagnostics.map(\.description) == [
                "f.yaml:1:8: 'v' must be text, found the number 1; if it is text, write \"1\"",
                "f.yaml:1:4: 'v' must be a list, [like, this] or one '- ' a line, found text",
            ])
    }

    @Test("a choice is one of its words")
    func choice() throws {
        var report = FileReport()
        #expect(try node("v: queue").choice(Overlap.self, &report) == .queue)
        #expect(try node("v: skp").choice(Overlap.self, &report) == nil)
        #expect(try node("v: drop").choice(Overlap.self, &report) == nil)
        #expect(
            report.diagnostics.map(\.description) == [
                "f.yaml:1:4: 'v' must be one of skip, queue, found 'skp' — did you mean 'skip'?",
                "f.yaml:1:4: 'v' must be one of skip, queue, found 'drop'",
            ])
    }

    @Test("a word that is not among those known is reported and returned, so that nothing else is said of it")
    func knownWord() throws {
        var report = FileReport()
        let known = ["Encounter", "Patient"]
        #expect(try node("v: Patient").word(among: known, called: "a type", &report) == "Patient")
        #expect(try node("v: Encouter").word(among: known, called: "a type", &report) == "Encouter")
        #expect(try node("v: [Patient]").word(among: known, called: "a type", &report) == nil)
        #expect(
            report.diagnostics.map(\.description) == [
                "f.yaml:1:4: 'Encouter' is not a type — did you mean 'Encounter'?",
                "f.yaml:1:4: 'v' must be text, found a list",
            ])
    }
}

/// The value of the only key of `text`.
func node(_ text: String) throws -> DeclarativeNode {
    let file = try DeclarativeFile.parse(text, path: "f.yaml")
    var report = FileReport()
    return try #require(file.root.openFields(&report).first).value
}
