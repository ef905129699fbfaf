import FHIR
import PDex

/// Asks a payer who many people are: `POST Group/$bulk-member-match` (PDex 2.1.0 and 2.2.0, BM-01).
struct BulkMemberMatchCall {
    let session: ServerSession

    private static let what = "a question who many members are"

    /// Asks, and returns the URL at which to poll for the answer. A question that may have arrived is not repeated
    /// here: a payer takes more for guessing (MM-13). `lastLook` is called when a connection and a token are there.
    func start(
        _ questions: [MemberMatchQuestion], _ lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        var request = HTTPRequest(
            .post, try session.policy.url("/Group/$bulk-member-match"),
            body: MemberMatchQuestion.parameters(ofMany: questions).serialized())
        request.headers["Content-Type"] = "application/fhir+json"
        request.headers["Accept"] = "application/fhir+json"
        request.headers["Prefer"] = "respond-async"
        let response = try await asked(request, lastLook)
        switch response.status {
        case 202:
            guard let location = response.headers["Content-Location"] else {
                throw session.faults.malformed(Self.what, "it has no Content-Location")
            }
            _ = try session.policy.vet(location, from: "Content-Location", with: .token)
            return location
        case 404, 405, 501:
            throw Fault(
                .payerCapability, .halt, "\(session.connection.name) answered \(response.status) to \(Self.what).",
                hint: "It does not offer $bulk-member-match: take 'bulk' out of its member-match.",
                httpStatus: response.status)
        case 429:
            throw Fault(
                .remoteThrottled, .retry, "\(session.connection.name) answered 429 to \(Self.what).",
                hint: "An earlier question may still be under way there; ask again later.",
                retryAfterSeconds: RetryAfter.seconds(response.headers, now: session.clock.now()))
        case 200..<300: throw session.faults.malformed(Self.what, "it was not answered with 202")
        default: throw session.faults.fault(response, Self.what, now: session.clock.now())
        }
    }

    private func asked(
        _ request: HTTPRequest, _ lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> HTTPResponse {
        do {
            return try await session.once(request, before: lastLook)
        } catch let error as TransportError {
            throw Fault(error, at: session.connection.name)
        }
    }
}
