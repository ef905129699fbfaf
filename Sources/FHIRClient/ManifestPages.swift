import FHIR
import PDex

/// Assembles the manifest of a finished export from its pages (BLK-15, BLK-30).
struct ManifestPages: Sendable {
    let session: ServerSession

    private static let what = "the manifest of an export"
    /// Limits for one page: it holds names and signed links of a great many files, and nothing else.
    static let limits = JSONLimits(bytes: 64 << 20)
    private static let mostPages = 1000
    private static let mostFiles = 100_000

    /// The whole manifest; `first` is its first page or all of it. Throws `remote.malformed` for pages that contradict
    /// each other or do not end, and whatever reading a page can throw.
    func whole(_ first: HTTPResponse) async throws -> ExportManifest {
        var page = try self.page(first)
        var whole = page.manifest
        whole.expires = expiry(first)
        var followed: Set<String> = []
        while let next = page.next {
            guard followed.insert(next).inserted, followed.count < Self.mostPages,
                whole.output.count < Self.mostFiles
            else { throw session.faults.malformed(Self.what, "its pages do not end") }
            var request = HTTPRequest(
                .get, try session.policy.vet(next, from: "the next link of a manifest", with: .token))
            request.headers["Accept"] = "application/json"
            request.maxBodyBytes = Self.limits.bytes
            let response = try await session.read(request)
            guard response.status == 200 else {
                throw session.faults.fault(response, "the next page of a manifest", now: session.clock.now())
            }
            page = try self.page(response)
            let more = page.manifest
            guard more.transactionTime == whole.transactionTime, more.requiresAccessToken == whole.requiresAccessToken
            else { throw session.faults.malformed(Self.what, "its pages contradict each other") }
            let pages = whole.pages + more.pages
            whole = ExportManifest(
                transactionTime: whole.transactionTime, requiresAccessToken: whole.requiresAccessToken,
                output: whole.output + more.output, errors: whole.errors + more.errors,
                deleted: whole.deleted + more.deleted,
                expires: [whole.expires, expiry(response)].compactMap(\.self).min())
            whole.pages = pages
        }
        return whole
    }

    private func page(_ response: HTTPResponse) throws -> ManifestReader.Page {
        switch ManifestReader.page(try session.faults.json(response, Self.what, limits: Self.limits)) {
        case .success(let page): return page
        case .failure(let flaw): throw session.faults.malformed(Self.what, flaw.words)
        }
    }

    /// When the links expire, converted from the server's clock to ours.
    private func expiry(_ response: HTTPResponse) -> Instant? {
        guard let expires = response.headers["Expires"].flatMap({ Instant(httpDate: $0) }) else { return nil }
        let now = session.clock.now()
        let present = response.headers["Date"].flatMap { Instant(httpDate: $0) } ?? now
        return now.adding(milliseconds: expires.milliseconds - present.milliseconds)
    }
}
