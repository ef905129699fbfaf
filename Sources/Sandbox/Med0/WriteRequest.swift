import FHIR

/// One write, parsed: from a single request, or from an entry of a Bundle.
struct WriteRequest: Sendable {
    enum Verb: Sendable, Hashable {
        /// `POST Type`, with the query of `If-None-Exist`.
        case create(type: String, ifNoneExist: String?)
        /// `PUT Type/id`.
        case update(type: String, id: String)
        /// `PUT Type?query`.
        case conditionalUpdate(type: String, query: String)
        /// `DELETE Type/id`.
        case delete(type: String, id: String)
        /// `GET …`, done after all writes.
        case read(url: String)
    }

    let verb: Verb
    let fullURL: String?
    let resource: Resource?
    let ifMatch: String?

    /// The type written; nil for reads.
    var type: String? {
        switch verb {
        case .create(let type, _), .update(let type, _), .conditionalUpdate(let type, _), .delete(let type, _): type
        case .read: nil
        }
    }

    /// Parses an entry. Throws 400 for what R4 forbids or this server does not offer.
    init(
        method: String, url: String, fullURL: String?, resource: Resource?, ifMatch: String?, ifNoneExist: String?
    ) throws(Refusal) {
        self.fullURL = fullURL
        self.resource = resource
        self.ifMatch = ifMatch
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let segments = (parts.first ?? "").split(separator: "/").map(String.init)
        switch (method, segments.count, parts.count) {
        case ("POST", 1, 1): verb = .create(type: segments[0], ifNoneExist: ifNoneExist)
        case ("PUT", 2, 1): verb = .update(type: segments[0], id: segments[1])
        case ("PUT", 1, 2): verb = .conditionalUpdate(type: segments[0], query: parts[1])
        case ("DELETE", 2, 1): verb = .delete(type: segments[0], id: segments[1])
        case ("GET", _, _): verb = .read(url: url)
        default: throw Refusal(400, "not-supported", "The method and URL of a write are not offered here.")
        }
        guard method == "POST" || method == "PUT" else { return }
        guard let resource else { throw Refusal(400, "required", "\(method) needs a resource.") }
        guard resource.type == segments[0] else {
            throw Refusal(400, "invalid", "The resource is not of the URL's type.")
        }
        if case .update(_, let id) = verb, resource.id != id {
            throw Refusal(400, "invalid", "The resource's id is not the URL's.")
        }
    }

    /// Throws 403 unless the grant permits everything that the write does (SMART: each entry is checked).
    func check(_ grant: AuthorizationServer.Grant) throws(Refusal) {
        let needs: [SystemScope.Interaction] =
            switch verb {
            case .create(_, let query): query == nil ? [.create] : [.create, .search]
            case .update: [.update]
            case .conditionalUpdate: [.update, .search]
            case .delete: [.delete]
            case .read: []
            }
        for need in needs {
            if let type, !grant.permits(need, on: type) { throw .missingScope(need, type) }
        }
    }
}
