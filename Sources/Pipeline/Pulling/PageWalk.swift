import FHIR
import PDex

/// Walks the pages of a search to its end, each next link followed exactly as given (RD-02 … RD-05).
struct PageWalk: Sendable {
    let server: any FHIRReader
    /// The server's configured name, for faults.
    let name: String
    let tally: PullTally

    /// Calls `body` with every page; returns how many flaws of the result were counted in the tally.
    ///
    /// An OperationOutcome that speaks of an error, or fewer different matches than the server announced, means that
    /// something is missing. A search that the server forgets on the way is begun again once, so that `body` may see a
    /// resource twice; forgotten again, it is a flaw. Throws `clinic.paging-loop` when the links do not end.
    @discardableResult
    func each(_ query: SearchQuery, _ body: (SearchPage) async throws -> Void) async throws -> Int {
        for _ in 0..<2 {
            do {
                return try await once(query, body)
            } catch let fault as Fault where fault.code == .remoteSearchExpired {
                continue
            }
        }
        await tally.refused(.remoteSearchExpired)
        return 1
    }

    private func once(_ query: SearchQuery, _ body: (SearchPage) async throws -> Void) async throws -> Int {
        await tally.requested()
        var page = try await server.search(query)
        let total = page.total
        var matches = MatchCount()
        var flaws = 0
        var loop = PageLoop(most: server.mostPages)
        while true {
            if total != nil { matches.count(page) }
            let outcomes = page.entries.filter { $0.mode == .outcome }
            let errors = outcomes.count(where: Self.isError)
            flaws += errors
            await tally.noted(.remoteSearchRemark, outcomes.count - errors)
            try await body(page)
            guard let next = page.next else { break }
            guard loop.goesOn(page, next: next) else {
                throw Fault(
                    .clinicPagingLoop, .halt,
                    "a search on \(query.path.prefix { $0 != "/" }) at \(name) does not end",
                    hint:
                        "its next links or pages repeat, or there are more than \(server.mostPages); report it to \(name)"
                )
            }
            await tally.requested()
            // What was read goes before the next comes: both may be large.
            page = SearchPage(entries: [], next: next, total: total, serverTime: nil, byteCount: 0)
            page = try await server.page(next)
        }
        if let total, matches.distinct < total { flaws += 1 }
        await tally.refused(.remoteSearchIncomplete, flaws)
        return flaws
    }

    private static func isError(_ entry: SearchPage.Entry) -> Bool {
        let outcome = (try? JSONParser.parse(entry.bytes)).flatMap(OperationOutcome.init)
        return outcome?.worstSeverity.map { $0 == .error || $0 == .fatal } ?? true
    }
}
