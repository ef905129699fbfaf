import FHIR
import PDex

/// Reads all pages of a search, following each next link exactly as given (RD-02 … RD-05).
struct PageWalk: Sendable {
    let server: any FHIRReader
    /// The server's configured name, for faults.
    let name: String
    let tally: PullTally

    /// Calls `body` with every page; returns how many flaws of the result were counted in the tally.
    ///
    /// An OperationOutcome with an error, or fewer distinct matches than the server announced, means that something is
    /// missing. A search that the server forgets midway is restarted once; if forgotten again, it counts as a flaw. One
    /// whose pages are too large is restarted with fewer resources per page. So `body` may see a resource twice. Throws
    /// `clinic.paging-loop` when the links do not end.
    @discardableResult
    func each(_ query: SearchQuery, _ body: (SearchPage) async throws -> Void) async throws -> Int {
        var query = query
        var wasForgotten = false
        while true {
            do {
                return try await once(query, body)
            } catch let fault as Fault where fault.code == .remoteSearchExpired {
                guard !wasForgotten else { break }
                wasForgotten = true
            } catch let fault as Fault where fault.code == .remoteTooLarge {
                guard let smaller = query.withSmallerPages else { throw fault }
                query = smaller
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
            // Releases the page just read before the next one comes: both may be large.
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

extension SearchQuery {
    /// The same query with a tenth of the resources per page; nil when that is one, or the query does not say.
    fileprivate var withSmallerPages: SearchQuery? {
        guard let place = parameters.firstIndex(where: { $0.name == "_count" }),
            let count = Int(parameters[place].value), count > 1
        else { return nil }
        var parameters = parameters
        parameters[place] = Parameter("_count", "\(max(1, count / 10))")
        return SearchQuery(path, parameters)
    }
}
