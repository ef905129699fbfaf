import PDex
import Testing

@testable import Pipeline

@Suite("Searches that go round")
struct PageLoopTests {
    @Test("a search of twenty thousand pages goes on")
    func goesOn() {
        var loop = PageLoop(most: 1_000_000)

        let ends = (0..<20_000).filter { !loop.goesOn(Self.page("\($0)"), next: "next-\($0)") }

        #expect(ends == [])
    }

    @Test("a link that comes again is not followed, though the pages differ")
    func noticesLinks() {
        var loop = PageLoop(most: 1_000_000)

        let turns = ["a", "b", "a"].enumerated().map { loop.goesOn(Self.page("\($0)"), next: $1) }

        #expect(turns == [true, true, false])
    }

    @Test("pages that show nothing new for long end a search whose links are new every time", arguments: [1, 7])
    func noticesContent(period: Int) {
        var loop = PageLoop(most: 1_000_000)

        let end = (0..<5000).first { !loop.goesOn(Self.page("\($0 % period)"), next: "next-\($0)") }

        #expect(end == PageLoop.mostStale + period - 1)
    }

    @Test("empty pages, and pages that come twice, end nothing (RD-04)")
    func bearsRepetition() {
        var loop = PageLoop(most: 1_000_000)
        let contents = (0..<3000).map { $0 % 500 == 0 ? "new \($0)" : nil }

        let ends = contents.enumerated().filter { !loop.goesOn(Self.page($1), next: "next-\($0)") }

        #expect(ends.isEmpty)
    }

    @Test("a search ends at its cap")
    func caps() {
        var loop = PageLoop(most: 3)

        let turns = (1...3).map { loop.goesOn(Self.page("\($0)"), next: "next-\($0)") }

        #expect(turns == [true, true, false])
    }

    @Test("pages are turned as long as there is a next link, whatever is on them and no total is told (RD-04)")
    func turnsEmptyPages() async throws {
        let contents = [1, 0, 2, 0, 0, 1]
        let server = Paged(
            pages: contents.enumerated().map { index, count in
                SearchPage(
                    entries: (0..<count).map { .init(bytes: Array("\(index) \($0)".utf8), mode: .match) },
                    next: index + 1 < contents.count ? "\(index + 1)" : nil, total: nil, serverTime: nil, byteCount: 0)
            })
        var seen: [Int] = []

        let flaws = try await PageWalk(server: server, name: "clinic0", tally: PullTally())
            .each(SearchQuery("Encounter")) { seen.append($0.entries.count) }

        #expect(seen == contents)
        #expect(flaws == 0)
    }

    /// A server with one search.
    private struct Paged: FHIRReader {
        let base = "https://fhir.clinic0.example/r4"
        let pages: [SearchPage]

        func capability() async throws -> ServerCapability { throw Fault(.remoteFailed, .halt, "not asked") }
        func search(_ query: SearchQuery) async throws -> SearchPage { pages[0] }
        func page(_ link: String) async throws -> SearchPage { pages[Int(link) ?? 0] }
        func read(type: String, id: String) async throws -> [UInt8]? { nil }
    }

    private static func page(_ content: String?) -> SearchPage {
        let entries = content.map { [SearchPage.Entry(bytes: Array($0.utf8), mode: .match)] } ?? []
        return SearchPage(entries: entries, next: nil, total: nil, serverTime: nil, byteCount: 0)
    }
}
