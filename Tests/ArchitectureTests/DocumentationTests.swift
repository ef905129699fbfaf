import Foundation
import PDex
import Testing

@Suite("The documentation says what the code does")
struct DocumentationTests {
    private static let rules: [Rule<Page>] = [.frontMatter, .title, .links, .machinePaths]

    @Test("every page obeys", arguments: rules)
    func obeys(_ rule: Rule<Page>) {
        #expect(Repository.pages.count > 20)
        #expect(rule.offences(Repository.pages) == [])
    }

    @Test("a rule notices what it forbids, and only that", arguments: rules)
    func bites(_ rule: Rule<Page>) {
        for offence in rule.planted {
            #expect(!rule.offences(offence).isEmpty, "not noticed: \(offence.map(\.path))")
        }
        #expect(rule.offences(rule.innocent) == [])
    }

    @Test("every fault has its section, with the anchor that the fault itself prints, and every section its fault")
    func faults() throws {
        let page = try page("docs/reference/errors.md")

        let sections = page.headings.filter { $0.level == 3 }.map(\.text)

        #expect(sections.sorted() == FaultCode.allCases.map(\.rawValue).sorted())
        for code in FaultCode.allCases {
            let anchor = Fault(code, .stop, "").documentation.split(separator: "#").last.map(String.init)
            #expect(page.anchors.contains(anchor ?? ""), "no anchor for \(code.rawValue)")
        }
    }

    @Test("the states of an exchange and of a submission are listed as they are")
    func states() throws {
        let page = try page("docs/reference/states.md")

        #expect(page.rows(under: "States of an exchange") == ExchangeState.allCases.map(\.rawValue))
        #expect(page.rows(under: "States of a submission") == SubmissionState.allCases.map(\.rawValue))
        #expect(page.rows(under: "States of a run") == Run.State.allCases.map(\.rawValue))
    }

    @Test("the drawing of an exchange's life has exactly the arrows of the lifecycle")
    func drawing() throws {
        let page = try page("docs/reference/states.md")
        let lifecycle = ExchangeState.allCases.flatMap { state in
            state.successors.map { "\(state.rawValue) --> \($0.rawValue)" }
        }

        #expect(page.arrows.sorted() == lifecycle.sorted())
    }

    @Test(
        "the schema accepts exactly the states there are",
        arguments: [
            ("exchange", ExchangeState.allCases.map(\.rawValue)),
            ("submission", SubmissionState.allCases.map(\.rawValue)),
            ("run", Run.State.allCases.map(\.rawValue)),
        ])
    func schema(table: String, states: [String]) {
        let sql = Repository.files(under: "Sources/SQLiteStore/Schema", endings: ["sql"]).map(Repository.text)

        #expect(SchemaReader.checkedStates(ofTable: table, in: sql.joined(separator: "\n")).sorted() == states.sorted())
    }

    @Test("every noun of the model stands in the glossary")
    func glossary() throws {
        let page = try page("docs/reference/glossary.md")
        let nouns = Repository.files(under: "Sources/PDex/Model", endings: ["swift"])
            .compactMap { $0.split(separator: "/").last?.split(separator: ".").first.map(String.init) }

        #expect(nouns.filter { !page.bold.contains($0) } == [])
    }

    @Test("the glossary has each word once, in the order of the alphabet")
    func glossaryOrder() throws {
        let page = try page("docs/reference/glossary.md")
        let words = page.lines.filter { $0.hasPrefix("| **") }
            .compactMap { $0.components(separatedBy: "**").dropFirst().first?.lowercased() }

        #expect(words.count > 60)
        #expect(words == Set(words).sorted())
    }

    @Test("every command of pdex stands in the reference")
    func commands() throws {
        let page = try page("docs/reference/cli.md")
        let names = Repository.sources.filter { $0.module == "PDexCLI" }.flatMap(\.lines)
            .flatMap { Page.targets(in: String($0), after: "commandName: \"", until: "\"") }

        #expect(names.filter { name in !page.lines.contains { $0.contains("`pdex") && $0.contains(name) } } == [])
    }

    @Test("every exit code stands in its page, and no other")
    func exitCodes() throws {
        let page = try page("docs/reference/exit-codes.md")
        let cases = Repository.text("Sources/PDexCLI/CommandStatus.swift").components(separatedBy: "\n")
            .flatMap { Page.targets(in: $0 + "\n", after: " = ", until: "\n") }.compactMap(Int.init)

        let listed = page.lines.compactMap { line in line.hasPrefix("| ") ? Int(line.split(separator: " ")[1]) : nil }

        #expect(listed == cases)
    }

    @Test(
        "every key that a file may have stands in its page",
        arguments: [
            ("Jobs", "docs/reference/job-file.md"), ("Mappings", "docs/reference/mapping-files.md"),
            ("PDexCLI", "docs/reference/configuration.md"),
        ])
    func keys(module: String, path: String) throws {
        let page = try page(path)
        let readers = Repository.sources.filter { $0.module == module }.map { $0.lines.joined(separator: "\n") }
            .filter { $0.contains("fields(") }
        let keys = readers.flatMap { Page.targets(in: $0, after: "[\"", until: "]") }.flatMap { list in
            list.components(separatedBy: "\"").enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        }.filter { key in !key.isEmpty && key.allSatisfy { $0.isLowercase || $0 == "-" } }

        #expect(!keys.isEmpty)
        #expect(keys.filter { key in !page.lines.contains { $0.contains("`\(key)`") } } == [])
    }

    @Test("every suite of tests that a page names is there", arguments: ["SECURITY.md", "CONTRIBUTING.md"])
    func suites(path: String) throws {
        let words = try page(path).lines.flatMap { $0.split { !$0.isLetter } }
        let suites = Set(words.filter { $0.hasSuffix("Tests") && $0 != "Tests" && $0 != "ModuleTests" })

        #expect(!suites.isEmpty)
        #expect(suites.filter { !Repository.exists("Tests/\($0)") } == [])
    }

    @Test("every decision stands in the list of decisions, numbered without gaps")
    func decisions() throws {
        let index = try page("docs/decisions/README.md")
        let pages = Repository.files(under: "docs/decisions", endings: ["md"])
            .compactMap { $0.split(separator: "/").last.map(String.init) }.filter { $0 != "README.md" }

        #expect(index.links.map(\.target).filter { pages.contains($0) } == pages)
        #expect(pages.map { Int($0.prefix(4)) } == pages.indices.map { $0 + 1 })
    }

    private func page(_ path: String) throws -> Page {
        try #require(Repository.pages.first { $0.path == path })
    }
}
