import PDex
import Serving

/// A server of the sandbox that counts deliveries while they are under way, including the time that an answer takes.
struct MeteredEndpoint: Endpoint {
    let endpoint: any SandboxEndpoint
    let meter: DeliveryMeter
    let latencyMilliseconds: Int
    let clock: any WallClock

    var bound: BoundPort { endpoint.bound }

    func answer(to flaw: BodyFlaw) -> ServedAnswer { endpoint.answer(to: flaw) }

    func answer(_ request: ServedRequest) async -> ServedAnswer {
        let isDelivery =
            request.method == "POST" && request.path.hasSuffix("/fhir/r4")
            || ["PUT", "DELETE"].contains(request.method)
        if isDelivery { meter.enter() }
        defer { if isDelivery { meter.leave() } }
        let answer = await endpoint.answer(request)
        // Takes as long as a payer's answer would.
        if latencyMilliseconds > 0 { try? await clock.sleep(seconds: Double(latencyMilliseconds) / 1000) }
        return answer
    }
}
