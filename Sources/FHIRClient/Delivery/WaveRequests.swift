import FHIR
import PDex

/// The HTTP requests of a delivery in waves.
struct WaveRequests: Sendable {
    let session: ServerSession

    /// A step, as it is sent.
    struct Write: Sendable {
        let step: DeliveryWaves.Step
        /// Whether to leave out references to later entries.
        var isPartial = false
        /// The version that it replaces, if known better than the bundle knows it.
        var replaces: String?
    }

    /// Sends one request, or several as a batch; `begin` is called when a connection and a token are there.
    func send(
        _ writes: [Write], of entries: [FHIRBundle.Entry], isBatch: Bool, _ requestID: String,
        before begin: @escaping @Sendable () async throws -> Void
    ) async throws -> HTTPResponse {
        var request = try isBatch ? batch(writes, entries) : single(writes[0], entries)
        request.headers["Accept"] = "application/fhir+json"
        request.headers["Prefer"] = "return=minimal"
        request.headers["X-Request-Id"] = requestID
        request.timeouts = HTTPRequest.Timeouts(idle: 120, total: 300)
        return try await session.once(request, before: begin)
    }

    /// An answer with a status, and what the headers of the response say.
    func answer(_ status: Int, _ body: [UInt8], _ response: HTTPResponse?) -> PayerAnswer {
        let headers = response?.headers ?? [:]
        return PayerAnswer(
            status: status, body: body, retryAfterSeconds: RetryAfter.seconds(headers, now: session.clock.now()),
            serverTime: headers["Date"].flatMap { Instant(httpDate: $0) }, answerID: AnswerID.of(headers))
    }

    private func single(_ write: Write, _ entries: [FHIRBundle.Entry]) throws(Fault) -> HTTPRequest {
        guard let asked = entries[write.step.entry].request, let method = HTTPRequest.Method(rawValue: asked.method),
            method != .get
        else { throw session.faults.malformed("a bundle of ours", "an entry of it is no request") }
        let resource = Self.resource(write, entries)
        var request = HTTPRequest(method, try session.policy.url("/" + asked.url), body: resource?.serialized())
        if resource != nil { request.headers["Content-Type"] = "application/fhir+json" }
        request.headers["If-Match"] = write.replaces ?? asked.ifMatch
        request.headers["If-None-Exist"] = asked.ifNoneExist
        return request
    }

    private func batch(_ writes: [Write], _ entries: [FHIRBundle.Entry]) throws(Fault) -> HTTPRequest {
        let asked = writes.map { write -> JSONValue in
            let entry = entries[write.step.entry]
            var json: JSONObject = [:]
            json["fullUrl"] = entry.fullURL.map { .string($0) }
            json["resource"] = Self.resource(write, entries)
            var request: JSONObject = [:]
            request["method"] = entry.request.map { .string($0.method) }
            request["url"] = entry.request.map { .string($0.url) }
            request["ifMatch"] = (write.replaces ?? entry.request?.ifMatch).map { .string($0) }
            request["ifNoneExist"] = entry.request?.ifNoneExist.map { .string($0) }
            json["request"] = .object(request)
            return .object(json)
        }
        let bundle: JSONValue = ["resourceType": "Bundle", "type": "batch", "entry": .array(asked)]
        var request = HTTPRequest(.post, try session.policy.url(""), body: bundle.serialized())
        request.headers["Content-Type"] = "application/fhir+json"
        return request
    }

    /// The resource of an entry; a partial write leaves out elements that refer to something that is not there yet.
    private static func resource(_ write: Write, _ entries: [FHIRBundle.Entry]) -> JSONValue? {
        guard var json = entries[write.step.entry].resource?.json else { return nil }
        guard write.isPartial else { return .object(json) }
        let places = DeliveryWaves.places(of: entries)
        let isAhead = { (value: JSONValue) in
            var isAhead = false
            value.forEachReference { reference in
                if let target = places[reference], write.step.ahead.contains(target) { isAhead = true }
            }
            return isAhead
        }
        // Contained resources are referred to from elsewhere, and a modifier changes the meaning of the rest.
        for member in json.members where !["contained", "meta", "modifierExtension"].contains(member.key) {
            guard isAhead(member.value) else { continue }
            let rest = member.value.elements.filter { !isAhead($0) }
            json[member.key] = rest.isEmpty ? nil : .array(rest)
        }
        return .object(json)
    }
}
