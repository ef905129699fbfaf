import FHIR
import FHIRClient
import PDex

/// One process's connection to the payer's counter, and what goes wrong on it.
struct CounterTransport: HTTPTransport {
    let counter: SubmissionCounter
    let seams: ProcessSeams
    let planted: PlantedMemory

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        request.url.text.hasSuffix("/$bulk-submit") ? try await submit(request) : try await ask(request)
    }

    func stream(_ request: HTTPRequest) async throws -> HTTPStream {
        throw TransportError(.unsendable, mayHaveArrived: false)
    }

    /// A kick-off: no other thread has a turn between the last look and its arrival.
    private func submit(_ request: HTTPRequest) async throws -> HTTPResponse {
        let requestID = request.headers["X-Request-Id"] ?? ""
        let trouble = Self.troubles.first { seams.weather.strikes($0) }
        seams.order.tell("submission \(requestID) under \(trouble?.rawValue ?? "no trouble")")
        switch trouble {
        case .payerUnreachable:
            seams.witness.reach(.payerAway)
            throw TransportError(.unreachable, mayHaveArrived: false)
        case .payerFails:
            seams.witness.began(requestID: requestID, process: seams.life.name)
            return HTTPResponse(status: [500, 502, 503][seams.order.roll(3)])
        case .payerThrottles:
            seams.witness.began(requestID: requestID, process: seams.life.name)
            let seconds = 60 + seams.order.roll(900)
            seams.witness.named(seconds: seconds, requestID: requestID)
            return HTTPResponse(status: [429, 503][seams.order.roll(2)], headers: ["Retry-After": "\(seconds)"])
        default: break
        }
        seams.witness.began(requestID: requestID, process: seams.life.name)
        let (order, isNew) = try counter.take(request, at: seams.order.now)
        if order.id.contains(".") { seams.witness.reach(.roundSubmitted) }
        if !isNew { seams.witness.broke(.submittedOnce, "\(order.id) came again") }
        if seams.weather.strikes(.killInDelivery) { try seams.end(.killedAfterDelivery) }
        try await seams.pass("after a delivery", .killedAfterDelivery)
        if trouble == .lostAnswer {
            seams.witness.reach(.answerLost)
            throw TransportError(.brokenOff, mayHaveArrived: true)
        }
        return HTTPResponse(status: isNew ? 200 : 409)
    }

    private static let troubles: [Trouble] = [.payerFails, .payerThrottles, .payerUnreachable, .lostAnswer]

    private func ask(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await seams.pass("before a question how a submission fares", .killedAfterDelivery)
        if seams.weather.strikes(.payerUnreachable) {
            seams.witness.reach(.payerAway)
            throw TransportError(.unreachable, mayHaveArrived: false)
        }
        if seams.weather.strikes(.payerFails) { return HTTPResponse(status: 500) }
        var other: String?
        let id = request.url.text.split(separator: "/").last.map(String.init) ?? ""
        if request.method == .get, !request.url.text.contains("/outcomes/"), seams.weather.strikes(.otherStatus) {
            other = counter.finished(besides: id)
            if other != nil { seams.witness.reach(.otherStatus) }
        }
        let pause = ["20", "120", nil][seams.order.roll(3)]
        let answer = try counter.answer(request, telling: other, retryAfter: pause)
        try await seams.pass("after a question how a submission fares", .killedAfterDelivery)
        return planted.heard(answer, of: other, askedFor: id)
    }
}
