import FHIRClient

/// One request as the sandbox's servers see it, free of any HTTP library.
struct SandboxRequest: Sendable {
    /// `GET`, `POST`, …
    let method: String
    /// The decoded path, such as `/fhir/r4/Patient/pat-000001`.
    let path: String
    /// The query as it was sent, without `?`; empty when there is none.
    let query: String
    let headers: HTTPHeaders
    let body: [UInt8]

    /// Takes the target as it stands in the request line.
    init(_ method: String, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = FormFields.decoded(parts.first ?? "") ?? ""
        query = parts.count > 1 ? String(parts[1]) : ""
        self.headers = headers
        self.body = body
    }

    /// The token of `Authorization: Bearer …`.
    var bearer: String? {
        guard let header = headers["Authorization"], header.lowercased().hasPrefix("bearer ") else { return nil }
        return String(header.dropFirst("bearer ".utf8.count))
    }

    /// Whether the body says it is a form.
    var isForm: Bool {
        let type = headers["Content-Type"]?.split(separator: ";").first ?? ""
        return type.lowercased() == "application/x-www-form-urlencoded"
    }

    /// Whether `Prefer` (RFC 7240) asks for `preference`, such as `handling=strict`.
    func prefers(_ preference: String) -> Bool {
        headers.values(of: "Prefer").contains { value in
            value.split(whereSeparator: { ",; ".contains($0) }).contains { $0 == preference }
        }
    }
}
