import FHIR
import PDex

/// The requests of a submission: `$bulk-submit` and `$bulk-submit-status` (Bulk Data Access 4.0.0-ballot).
struct BulkSubmitCall: Sendable {
    /// The state of a submission at the payer.
    enum Standing: Sendable {
        /// The payer does not know the submission.
        case unknown
        /// The payer is working on it; when to ask again, and where.
        case underWay(seconds: Int?, at: String)
        /// The payer has finished: the status manifest.
        case done(JSONValue)
    }

    let session: ServerSession
    let submitter: BulkSubmitter

    private static let what = "a question how a submission stands"
    /// Short, because a delivery is limited in time and makes many such requests.
    private static let timeouts = HTTPRequest.Timeouts(idle: 30, total: 30)

    /// Submits all at once and for good (SUB-02, SUB-03); returns any answer. Throws ``TransportError`` as it comes.
    func kickOff(
        _ files: SubmittedFiles, requestID: String, before begin: @escaping @Sendable () async throws -> Void
    ) async throws -> HTTPResponse {
        let parameters =
            subject(files.id) + [
                [
                    "name": "submissionStatus",
                    "valueCoding": ["system": "http://hl7.org/fhir/event-status", "code": "completed"],
                ],
                ["name": "manifestUrl", "valueUrl": .string(files.manifestURL)],
                ["name": "fhirBaseUrl", "valueUrl": .string(session.policy.base.text)],
                [
                    "name": "fileRequestHeader",
                    "part": [
                        ["name": "headerName", "valueString": "Authorization"],
                        ["name": "headerValue", "valueString": .string("Bearer " + submitter.token(files.id))],
                    ],
                ],
            ]
        var request = try post("/$bulk-submit", parameters)
        request.headers["X-Request-Id"] = requestID
        return try await session.once(request, before: begin)
    }

    /// Asks for the state of a submission (SUB-08).
    func standing(of id: String) async throws -> Standing {
        var request = try post("/$bulk-submit-status", subject(id))
        request.headers["Prefer"] = "respond-async"
        let response = try await session.read(request)
        switch response.status {
        case 202:
            guard let location = response.headers["Content-Location"] else {
                throw session.faults.malformed(Self.what, "it has no Content-Location")
            }
            return .underWay(seconds: 0, at: location)
        case 404, 410: return .unknown
        case 400 where isNotFound(response), 422 where isNotFound(response): return .unknown
        default: throw session.faults.fault(response, Self.what, now: session.clock.now())
        }
    }

    /// Asks again at the URL that the payer gave (BLK-20, BLK-21).
    func standing(at location: String) async throws -> Standing {
        let url = try session.policy.vet(location, from: "Content-Location", with: .token)
        var request = HTTPRequest(.get, url)
        request.headers["Accept"] = "application/json"
        request.timeouts = Self.timeouts
        let response = try await session.read(request)
        switch response.status {
        case 202:
            return .underWay(
                seconds: RetryAfter.seconds(response.headers, now: session.clock.now()), at: location)
        case 200: return .done(try session.faults.json(response, Self.what))
        case 404, 410: return .unknown
        default: throw session.faults.fault(response, Self.what, now: session.clock.now())
        }
    }

    /// The OperationOutcomes of a status file, one per line.
    func outcomes(at url: String, withToken: Bool) async throws -> [JSONValue] {
        let credential: OutboundPolicy.Credential = withToken ? .token : .none
        var request = HTTPRequest(.get, try session.policy.vet(url, from: "a status manifest", with: credential))
        request.headers["Accept"] = "application/fhir+ndjson"
        request.timeouts = Self.timeouts
        let response = try await session.read(request, credential)
        guard response.status == 200, response.isProvenComplete else {
            throw session.faults.fault(response, "a status file", now: session.clock.now())
        }
        return try response.body.split(separator: UInt8(ascii: "\n")).map { try JSONParser.parse(Array($0)) }
    }

    private func subject(_ id: String) -> [JSONValue] {
        [
            [
                "name": "submitter",
                "valueIdentifier": ["system": .string(submitter.system), "value": .string(submitter.value)],
            ],
            ["name": "submissionId", "valueString": .string(id)],
        ]
    }

    private func post(_ path: String, _ parameters: [JSONValue]) throws(Fault) -> HTTPRequest {
        let body: JSONValue = ["resourceType": "Parameters", "parameter": .array(parameters)]
        var request = HTTPRequest(.post, try session.policy.url(path), body: body.serialized())
        request.headers["Content-Type"] = "application/fhir+json"
        request.headers["Accept"] = "application/fhir+json"
        request.timeouts = Self.timeouts
        return request
    }

    private func isNotFound(_ response: HTTPResponse) -> Bool {
        let outcome = (try? JSONParser.parse(response.body)).flatMap(OperationOutcome.init)
        return outcome?.issues.contains { $0.code == "not-found" } ?? false
    }
}
