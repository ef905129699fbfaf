public import FHIRClient

/// One request as an endpoint sees it, free of any HTTP library.
public struct ServedRequest: Sendable {
    /// `GET`, `POST`, …
    public let method: String
    /// The decoded path, such as `/fhir/r4/Patient/pat-000001`.
    public let path: String
    /// The query as it was sent, without `?`; empty when there is none.
    public let query: String
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body; empty when there is none.
    public let body: [UInt8]

    /// Takes the target as it stands in the request line.
    public init(_ method: String, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = FormFields.decoded(parts.first ?? "") ?? ""
        query = parts.count > 1 ? String(parts[1]) : ""
        self.headers = headers
        self.body = body
    }

    /// The token of `Authorization: Bearer …` (RFC 6750 §2.1).
    public var bearer: String? {
        guard let header = headers["Authorization"], header.lowercased().hasPrefix("bearer ") else { return nil }
        return String(header.dropFirst("bearer ".utf8.count))
    }

    /// The media type of the body, in lower case and without parameters.
    public var mediaType: String {
        headers["Content-Type"]?.split(separator: ";").first?.lowercased().filter { $0 != " " } ?? ""
    }

    /// Whether `Prefer` (RFC 7240) asks for `preference`, such as `handling=strict`.
    public func prefers(_ preference: String) -> Bool {
        headers.values(of: "Prefer").contains { value in
            value.split(whereSeparator: { ",; ".contains($0) }).contains { $0 == preference }
        }
    }
}
