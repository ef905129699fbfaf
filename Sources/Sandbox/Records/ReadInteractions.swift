import FHIR
import FHIRClient
import Serving
import Synchronization

/// Reading, searching and paging in a store, as far as the grant permits.
struct ReadInteractions: Sendable {
    let base: String
    let grant: AuthorizationServer.Grant

    /// `GET Type/id` and `GET Type/id/_history/version`; only the current version is kept.
    func read(_ type: String, _ id: String, version: String?, in store: FHIRStore) throws(Refusal) -> ServedAnswer {
        try require(.read, on: type)
        guard let resource = store[type, id], version.map({ $0 == String(resource.version) }) ?? true else {
            if store.isGone(type, id) { throw Refusal(410, "deleted", "\(type)/\(id) was deleted.") }
            throw .notFound("\(type)/\(id)")
        }
        return .fhir(
            200, resource.bytes, headers: ["ETag": resource.etag, "Last-Modified": resource.lastUpdated.httpDate])
    }

    /// `GET Type?…` and `POST Type/_search`.
    func search(_ type: String, query: String, isStrict: Bool, in store: inout FHIRStore) throws(Refusal)
        -> ServedAnswer
    {
        try search(PageToken(path: type, query: query, type: type, row: -1), isStrict: isStrict, in: &store)
    }

    /// A page of a search: the first, or the one that the token of a next link names.
    func search(_ page: PageToken, isStrict: Bool, in store: inout FHIRStore) throws(Refusal) -> ServedAnswer {
        try require(.search, on: page.type)
        guard let fields = FormFields(page.query) else { throw Refusal(400, "invalid", "The query cannot be read.") }
        let request = try SearchRequest(type: page.type, fields: fields, isStrict: isStrict)
        let found = store.page(of: request, after: page.row)
        let included = store.included(with: found.matches, by: request, base: base).filter {
            grant.permits(.search, on: $0.type) || grant.permits(.read, on: $0.type)
        }
        let query = request.used.map { "\(FormFields.encoded($0.name))=\(FormFields.encoded($0.value))" }
        let bundle = SearchBundle(
            base: base, selfLink: "\(base)/\(page.type)" + (query.isEmpty ? "" : "?" + query.joined(separator: "&")),
            nextLink: found.lastRow.map { nextLink(page, type: page.type, row: $0) },
            total: page.row < 0 && found.lastRow == nil ? found.matches.count : nil,
            matches: found.matches, included: included)
        return .fhir(200, bundle.bytes)
    }

    /// The link to the matches after `row`.
    func nextLink(_ page: PageToken, type: String, row: Int) -> String {
        "\(base)?_page=" + PageToken(path: page.path, query: page.query, type: type, row: row).text
    }

    /// Throws 403 unless the grant permits the interaction.
    func require(_ interaction: SystemScope.Interaction, on type: String) throws(Refusal) {
        guard grant.permits(interaction, on: type) else { throw .missingScope(interaction, type) }
    }
}

extension Refusal {
    /// The token is valid but does not cover this (RFC 6750 §3.1).
    static func missingScope(_ interaction: SystemScope.Interaction, _ type: String) -> Refusal {
        let scope = "system/\(type).\(interaction.rawValue)"
        return Refusal(
            403, "forbidden", "The token lacks the scope \(scope).",
            headers: ["WWW-Authenticate": #"Bearer error="insufficient_scope", scope="\#(scope)""#])
    }
}
