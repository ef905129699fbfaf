import FHIR
import PDex

/// Asks a payer who somebody is: `POST Patient/$member-match` (HRex 1.0.0 to 1.2.0).
struct MemberMatchCall {
    let session: ServerSession

    private static let what = "a question who a member is"

    /// Asks; a server that did not accept the question, or is in trouble, is asked again a few times. `lastLook` is
    /// called before each try.
    func ask(
        _ question: MemberMatchQuestion, _ lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer {
        var request = HTTPRequest(
            .post, try session.policy.url("/Patient/$member-match"), body: question.parameters.serialized())
        request.headers["Content-Type"] = "application/fhir+json"
        request.headers["Accept"] = "application/fhir+json"
        let response = try await session.read(request, before: lastLook)
        switch response.status {
        case 200:
            let json = try session.faults.json(response, Self.what)
            return MemberMatchReading(base: session.policy.base.text).answer(json)
        case 422:
            // Whatever it says is a refusal, and the question is not repeated (MM-12).
            return MemberMatchReading.refusal(try? session.faults.json(response, Self.what))
        case 404, 405, 501:
            throw Fault(
                .payerCapability, .halt, "\(session.connection.name) answered \(response.status) to \(Self.what).",
                hint: "It does not offer $member-match: take member-match out of the job's match.by.",
                httpStatus: response.status)
        case 400, 409, 412: return .refused(status: response.status)
        default: throw session.faults.fault(response, Self.what, now: session.clock.now())
        }
    }
}
