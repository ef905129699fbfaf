import FHIR
import FHIRClient
import Serving
import Synchronization

/// Takes submissions and reports on them (`$bulk-submit`, `$bulk-submit-status`; Bulk Data Access 4.0.0-ballot).
final class SubmissionDesk: Sendable {
    /// One submission.
    struct Order: Sendable {
        let id: String
        let manifestURL: String
        /// The header to send when fetching its files.
        let header: (name: String, value: String)?
    }

    private enum Standing {
        case underWay(Order)
        /// With one OperationOutcome for each thing that was not taken.
        case done(Order, outcomes: [JSONValue])
    }

    /// The path of status and status files, below the origin.
    static let path = "/submissions/"
    static let operations = [
        ("bulk-submit", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/bulk-submit"),
        ("bulk-submit-status", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/bulk-submit-status"),
    ]
    /// The only identifier of a submitter that is accepted.
    static let submitter = (system: "https://med0.example/submitters", value: "clinic0")

    /// The orders, in the order in which they come.
    let orders: AsyncStream<Order>
    private let arrivals: AsyncStream<Order>.Continuation
    private let standings = Mutex<[String: Standing]>([:])

    init() {
        (orders, arrivals) = AsyncStream.makeStream()
    }

    /// Kick-off: 200 (SUB-07).
    func submit(_ request: ServedRequest) throws(Refusal) -> ServedAnswer {
        let parameters = try Self.parameters(of: request)
        let id = try Self.submission(in: parameters)
        let status = parameters["submissionStatus"]?["valueCoding"]
        guard status?["system"]?.string == "http://hl7.org/fhir/event-status", status?["code"]?.string == "completed"
        else { throw Refusal(400, "not-supported", "Med0 takes submissions of one manifest, which are completed.") }
        guard let manifestURL = parameters["manifestUrl"]?["valueUrl"]?.string,
            parameters["fhirBaseUrl"]?["valueUrl"]?.string != nil
        else { throw Refusal(400, "required", "manifestUrl and fhirBaseUrl are missing.") }
        let parts = parameters["fileRequestHeader"]?["part"]?.elements ?? []
        func part(_ name: String) -> String? {
            parts.first { $0["name"]?.string == name }?["valueString"]?.string
        }
        let header = part("headerName").flatMap { name in part("headerValue").map { (name, $0) } }
        let order = Order(id: id, manifestURL: manifestURL, header: header)
        let isNew = standings.withLock { standings in
            guard standings[id] == nil else { return false }
            standings[id] = .underWay(order)
            return true
        }
        // SUB-03.
        guard isNew else { throw Refusal(409, "conflict", "This submission was completed before.") }
        arrivals.yield(order)
        return ServedAnswer(200)
    }

    /// `$bulk-submit-status`: 202 with `Content-Location`.
    func status(_ request: ServedRequest, origin: String) throws(Refusal) -> ServedAnswer {
        let id = try Self.submission(in: Self.parameters(of: request))
        guard standings.withLock({ $0[id] }) != nil else { throw .notFound("The submission") }
        return ServedAnswer(202, headers: ["Content-Location": origin + Self.path + id])
    }

    /// The status itself, or its file.
    func answer(_ request: ServedRequest, origin: String) throws(Refusal) -> ServedAnswer {
        let steps = request.path.split(separator: "/").dropFirst().map(String.init)
        guard request.method == "GET", let id = steps.first, let standing = standings.withLock({ $0[id] }) else {
            throw .notFound("The submission")
        }
        guard case .done(let order, let outcomes) = standing else { return ServedAnswer(202) }
        guard steps.count == 1 else { return .ndjson(outcomes.map { $0.serialized() }) }
        let files: [JSONValue] =
            outcomes.isEmpty
            ? []
            : [
                [
                    "type": "OperationOutcome", "url": .string(origin + Self.path + id + "/outcomes"),
                    "manifestUrl": .string(order.manifestURL),
                ]
            ]
        return .json(
            200,
            [
                "submissionId": .string(id), "transactionTime": "2026-01-01T00:00:00Z", "requiresAccessToken": true,
                "output": [], "outcome": .array(files),
            ])
    }

    /// Marks the work on an order as done.
    func finish(_ order: Order, outcomes: [JSONValue]) {
        standings.withLock { $0[order.id] = .done(order, outcomes: outcomes) }
    }

    private static func parameters(of request: ServedRequest) throws(Refusal) -> [String: JSONValue] {
        guard let json = try? JSONParser.parse(request.body), json["resourceType"]?.string == "Parameters" else {
            throw Refusal(400, "structure", "The body is no Parameters.")
        }
        var found: [String: JSONValue] = [:]
        for parameter in json["parameter"]?.elements ?? [] {
            guard let name = parameter["name"]?.string, found.updateValue(parameter, forKey: name) == nil else {
                throw Refusal(400, "invalid", "A parameter is given twice.")
            }
        }
        return found
    }

    private static func submission(in parameters: [String: JSONValue]) throws(Refusal) -> String {
        let identifier = parameters["submitter"]?["valueIdentifier"]
        guard identifier?["system"]?.string == submitter.system, identifier?["value"]?.string == submitter.value else {
            throw Refusal(422, "business-rule", "The submitter is not known.")
        }
        guard let id = parameters["submissionId"]?["valueString"]?.string, !id.contains("/"), !id.isEmpty else {
            throw Refusal(400, "required", "submissionId is missing.")
        }
        return id
    }
}
