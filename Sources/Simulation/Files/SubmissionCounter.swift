import FHIR
import FHIRClient
import PDex
import Synchronization

/// A payer's simulated endpoint for announcing submissions and asking for their results (`$bulk-submit`,
/// `$bulk-submit-status`).
final class SubmissionCounter: Sendable {
    /// A submission that was announced.
    struct Order: Sendable {
        let id: String
        let submission: String
        let requestID: String
        let manifestURL: String
        /// The authorization for fetching its files.
        let authorization: String
        let at: Instant
        /// The payer's final results: one OperationOutcome per line.
        var outcomes: [JSONValue]?
    }

    private struct State {
        var orders: [String: Order] = [:]
        /// The ids in order of arrival.
        var line: [String] = []
    }

    private let base: String
    private let state = Mutex(State())

    init(base: String) {
        self.base = base
    }

    /// The orders that the payer has not finished, the oldest first.
    var open: [Order] {
        state.withLock { state in state.line.compactMap { state.orders[$0] }.filter { $0.outcomes == nil } }
    }

    /// Completes an order.
    func finish(_ id: String, outcomes: [JSONValue]) {
        state.withLock { $0.orders[id]?.outcomes = outcomes }
    }

    /// The id of a finished order other than the given one.
    func finished(besides id: String) -> String? {
        state.withLock { state in state.line.first { $0 != id && state.orders[$0]?.outcomes == [] } }
    }

    /// Takes a kick-off; `isNew` is false when its id is already known (SUB-03).
    func take(_ request: HTTPRequest, at now: Instant) throws -> (order: Order, isNew: Bool) {
        let parameters = try Self.parameters(of: request)
        let id = parameters["submissionId"]?["valueString"]?.string ?? ""
        let parts = parameters["fileRequestHeader"]?["part"]?.elements ?? []
        let order = Order(
            id: id, submission: SubmittedFiles.submission(ofID: id) ?? "",
            requestID: request.headers["X-Request-Id"] ?? "",
            manifestURL: parameters["manifestUrl"]?["valueUrl"]?.string ?? "",
            authorization: parts.last?["valueString"]?.string ?? "", at: now)
        let isNew = state.withLock { state in
            guard state.orders[id] == nil else { return false }
            state.orders[id] = order
            state.line.append(id)
            return true
        }
        return (order, isNew)
    }

    /// Answers a status request; `other` is a different submission to report on instead.
    func answer(_ request: HTTPRequest, telling other: String?, retryAfter: String?) throws -> HTTPResponse {
        guard request.method == .get else {
            let id = try Self.parameters(of: request)["submissionId"]?["valueString"]?.string ?? ""
            guard state.withLock({ $0.orders[id] != nil }) else { return HTTPResponse(status: 404) }
            return HTTPResponse(status: 202, headers: ["Content-Location": base + "/status/" + id])
        }
        let steps = request.url.text.dropFirst(base.utf8.count + 1).split(separator: "/").map(String.init)
        let id = other ?? steps.last ?? ""
        guard let order = state.withLock({ $0.orders[id] }) else { return HTTPResponse(status: 404) }
        guard let outcomes = order.outcomes else {
            return HTTPResponse(status: 202, headers: retryAfter.map { ["Retry-After": $0] } ?? [:])
        }
        if steps.first == "outcomes" {
            let lines = outcomes.map { String(decoding: $0.serialized(), as: UTF8.self) }
            return HTTPResponse(status: 200, body: Array(lines.joined(separator: "\n").utf8))
        }
        let file: JSONValue = [
            "type": "OperationOutcome", "url": .string(base + "/outcomes/" + id),
            "manifestUrl": .string(order.manifestURL),
        ]
        let manifest: JSONValue = [
            "submissionId": .string(id), "requiresAccessToken": true, "output": [],
            "outcome": .array(outcomes.isEmpty ? [] : [file]),
        ]
        return HTTPResponse(status: 200, body: manifest.serialized())
    }

    private static func parameters(of request: HTTPRequest) throws -> [String: JSONValue] {
        let json = try JSONParser.parse(request.body ?? [])
        return Dictionary(
            (json["parameter"]?.elements ?? []).map { ($0["name"]?.string ?? "", $0) }, uniquingKeysWith: { $1 })
    }
}
