import FHIR
import PDex

extension ServerSession {
    /// Filters that narrow what is read: a server that ignores one answers with other people's data (RD-06).
    private static let filters: Set = ["_lastUpdated", "date", "patient", "_id", "identifier"]
    /// Filters whose value is one id or several: the answer to another patient's search must not be used.
    private static let identities: Set = ["patient", "_id"]
    private static let pageLimits = JSONLimits(depth: 72, bytes: 64 << 20)

    /// The first page of a search.
    func search(_ query: SearchQuery) async throws -> SearchPage {
        let what = "a search on \(query.path.prefix { $0 != "/" })"
        if !query.path.contains("/"), searchMethod.triesPOST {
            let response = try await read(try form(query))
            if !SearchMethod.refusals.contains(response.status) {
                return try answer(response, query, what, isForm: true)
            }
        }
        let response = try await read(request(try policy.url(try query.encoded())))
        // Only a search that works by GET and not by POST tells of the server; an unknown type answers 404 to both.
        if response.status == 200, !query.path.contains("/") { searchMethod.stayWithGET() }
        return try answer(response, query, what, isForm: false)
    }

    /// The same search with its parameters in the body, so that no proxy's log shows who is searched for (RD-09).
    private func form(_ query: SearchQuery) throws(Fault) -> HTTPRequest {
        let path = try SearchQuery(query.path).encoded() + "/_search"
        let pairs = query.parameters.map { "\(PercentEncoding.form($0.name))=\(PercentEncoding.form($0.value))" }
        var request = request(try policy.url(path))
        request.method = .post
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.body = [UInt8](pairs.joined(separator: "&").utf8)
        return request
    }

    private func answer(
        _ response: HTTPResponse, _ query: SearchQuery, _ what: String, isForm: Bool
    ) throws -> SearchPage {
        if let fault = faults.demand(response, what) { throw fault }
        let scan = try page(response, what)
        if let link = scan.bundle.link("self") {
            // Many servers do not repeat a form's parameters in the URL; if they repeat any, it has to be all of them.
            let told = ToldParameters(of: link)
            if !isForm || !told.isEmpty {
                try checkFilters(of: query, told)
                try checkIdentity(of: query, told, what)
            }
        }
        return scan.page
    }

    /// The page behind a link, requested exactly as given.
    func page(_ link: String) async throws -> SearchPage {
        let url = try policy.vet(link, from: "the next link", with: .token)
        let what = "the next page of a search"
        let response = try await read(request(url))
        guard ![404, 410].contains(response.status) else {
            throw Fault(
                .remoteSearchExpired, .halt, "\(connection.name) answered \(response.status) to \(what).",
                hint: "It forgets searches too soon: ask its owner how long a search lives.")
        }
        return try page(response, what).page
    }

    /// One resource as the server wrote it; nil for 404 and 410.
    func read(type: String, id: String) async throws -> [UInt8]? {
        let what = "reading one \(type)"
        let query = SearchQuery("\(type)/\(id)")
        let response = try await read(request(try policy.url(try query.encoded())))
        if response.status == 404 || response.status == 410 { return nil }
        guard response.status == 200 else { throw faults.fault(response, what, now: clock.now()) }
        guard faults.canProveItself(response) else { throw faults.incomplete(what) }
        do {
            let scan = try ResourceScan.scan(response.body)
            // The answer to somebody else's question must not be staged under this id.
            guard scan.type == type, scan.id == id else { throw faults.malformed(what, "it is another resource") }
        } catch let error as ScanError {
            throw response.isProvenComplete ? faults.malformed(what, "\(error)") : faults.incomplete(what)
        }
        return response.body
    }

    private func request(_ url: OutboundURL) -> HTTPRequest {
        var request = HTTPRequest(
            .get, url, headers: ["Accept": "application/fhir+json", "Prefer": "handling=strict"])
        request.maxBodyBytes = connection.maxPageBytes
        return request
    }

    private func page(_ response: HTTPResponse, _ what: String) throws -> (bundle: BundleScan, page: SearchPage) {
        guard response.status == 200 else { throw faults.fault(response, what, now: clock.now()) }
        guard faults.canProveItself(response) else { throw faults.incomplete(what) }
        let bundle: BundleScan
        do {
            bundle = try BundleScan.scan(response.body, limits: Self.pageLimits)
        } catch {
            throw response.isProvenComplete ? faults.malformed(what, "\(error)") : faults.incomplete(what)
        }
        guard bundle.type == "searchset" else { throw faults.malformed(what, "it is not a searchset") }
        // Either one would silently lose the rest.
        guard !bundle.hasNextWithoutURL else { throw faults.malformed(what, "its next link has no URL") }
        guard bundle.emptyMatches == 0 else { throw faults.malformed(what, "a match holds no resource") }
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

    /// Refuses a result to which the server says it did not apply a filter; never repeats the filter's value.
    private func checkFilters(of query: SearchQuery, _ told: ToldParameters) throws(Fault) {
        for parameter in query.parameters {
            let name = String(parameter.name.prefix { $0 != ":" })
            guard Self.filters.contains(name), !told.names(name) else { continue }
            throw Fault(
                connection.side == .clinic ? .clinicCapability : .payerCapability, .halt,
                "\(connection.name) ignored the parameter \(name) of a search on \(query.path.prefix { $0 != "/" }).",
                hint: "The result was not used. Select another way that the CapabilityStatement offers.")
        }
    }

    /// Refuses a result that says it answers a search for somebody else.
    private func checkIdentity(of query: SearchQuery, _ told: ToldParameters, _ what: String) throws(Fault) {
        for parameter in query.parameters where Self.identities.contains(parameter.name) {
            let ids = told.ids(of: parameter.name)
            guard ids.isEmpty || !ids.isDisjoint(with: SearchQuery.ids(in: parameter.value)) else {
                throw faults.malformed(what, "it is the answer to another search")
            }
        }
    }
}
