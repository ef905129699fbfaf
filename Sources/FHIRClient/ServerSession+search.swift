import FHIR
import PDex

extension ServerSession {
    /// Filters that narrow what is read: a server that ignores one answers with other people's data (RD-06).
    private static let filters: Set = ["_lastUpdated", "date", "patient", "_id", "identifier"]
    private static let pageLimits = JSONLimits(depth: 72, bytes: 64 << 20)

    /// The first page of a search.
    func search(_ query: SearchQuery) async throws -> SearchPage {
        let what = "a search on \(query.path.prefix { $0 != "/" })"
        let scan = try await page(try policy.url(try query.encoded()), what)
        if let link = scan.bundle.link("self") { try checkFilters(of: query, in: link) }
        return scan.page
    }

    /// The page behind a link, asked for exactly as given.
    func page(_ link: String) async throws -> SearchPage {
        let url = try policy.vet(link, from: "the next link", with: .token)
        return try await page(url, "the next page of a search").page
    }

    /// One resource as written; nil for 404 and 410.
    func read(type: String, id: String) async throws -> [UInt8]? {
        let what = "reading one \(type)"
        let query = SearchQuery("\(type)/\(id)")
        let response = try await read(request(try policy.url(try query.encoded())))
        if response.status == 404 || response.status == 410 { return nil }
        guard response.status == 200 else { throw faults.fault(response, what, now: clock.now()) }
        guard faults.canProveItself(response) else { throw faults.incomplete(what) }
        do {
            let scan = try ResourceScan.scan(response.body)
            // An answer to somebody else's question must not be staged under this id.
            guard scan.type == type, scan.id == id else { throw faults.malformed(what, "it is another resource") }
        } catch let error as ScanError {
            throw response.isProvenComplete ? faults.malformed(what, "\(error)") : faults.incomplete(what)
        }
        return response.body
    }

    private func request(_ url: OutboundURL) -> HTTPRequest {
        HTTPRequest(.get, url, headers: ["Accept": "application/fhir+json", "Prefer": "handling=strict"])
    }

    private func page(_ url: OutboundURL, _ what: String) async throws -> (bundle: BundleScan, page: SearchPage) {
        let response = try await read(request(url))
        guard response.status == 200 else { throw faults.fault(response, what, now: clock.now()) }
        guard faults.canProveItself(response) else { throw faults.incomplete(what) }
        let bundle: BundleScan
        do {
            bundle = try BundleScan.scan(response.body, limits: Self.pageLimits)
        } catch {
            throw response.isProvenComplete ? faults.malformed(what, "\(error)") : faults.incomplete(what)
        }
        guard bundle.type == "searchset" else { throw faults.malformed(what, "it is not a searchset") }
        let entries = bundle.entries.map { entry in
            SearchPage.Entry(
                bytes: Array(response.body[entry.resource]),
                mode: entry.mode.flatMap(SearchPage.Entry.Mode.init(rawValue:)) ?? .match)
        }
        let page = SearchPage(
            entries: entries, next: bundle.link("next"), total: bundle.total,
            serverTime: response.headers["Date"].flatMap { Instant(httpDate: $0) }, byteCount: response.body.count)
        return (bundle, page)
    }

    /// Refuses a result to which the server says it did not apply a filter; the filter's value is never told.
    private func checkFilters(of query: SearchQuery, in link: String) throws(Fault) {
        let names = SearchQuery.names(in: link)
        for parameter in query.parameters {
            let name = String(parameter.name.prefix { $0 != ":" })
            guard Self.filters.contains(name), !names.contains(name) else { continue }
            throw Fault(
                connection.side == .clinic ? .clinicCapability : .payerCapability, .halt,
                "\(connection.name) ignored the parameter \(name) of a search on \(query.path.prefix { $0 != "/" }).",
                hint: "The result was not used. Select another way that the CapabilityStatement offers.")
        }
    }
}
