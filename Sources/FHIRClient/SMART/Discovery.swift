import FHIR
import PDex

/// Reads `.well-known/smart-configuration` below the FHIR base (SBS-01).
struct Discovery: Sendable {
    let connection: ServerConnection
    let registration: ServerConnection.BackendServices
    let policy: OutboundPolicy
    let transport: any HTTPTransport
    let clock: any WallClock

    /// Asks the server. Throws `auth.discovery` and whatever asking can throw.
    func fetch() async throws -> SMARTConfiguration {
        var request = HTTPRequest(.get, try policy.url("/.well-known/smart-configuration"))
        request.headers["Accept"] = "application/json"
        request.maxBodyBytes = 1 << 20
        request.timeouts = HTTPRequest.Timeouts(idle: 20, total: 30)
        let asked = clock.now()
        let response = try await transport.faulting(connection.name) { try await $0.send(request) }
        guard response.status == 200 else {
            if let fault = ResponseFaults(connection).transient(response.status, response.headers, now: clock.now()) {
                throw fault
            }
            throw Fault(
                .authDiscovery, .halt,
                "\(connection.name) answered \(response.status) to .well-known/smart-configuration.",
                hint: "Check the base URL: the document is found right below it.")
        }
        let json = try ResponseFaults(connection).json(response, "the SMART configuration")
        return try SMARTConfiguration(
            json, of: connection, registration, policy: policy,
            skew: Self.skew(response.headers, asked: asked), now: clock.now())
    }

    /// How far the server's clock is ahead, by its `Date`; a difference of more than an hour is not believed.
    static func skew(_ headers: HTTPHeaders, asked: Instant) -> Int64 {
        guard let date = headers["Date"].flatMap({ Instant(httpDate: $0) }) else { return 0 }
        let skew = date.milliseconds - asked.milliseconds
        return abs(skew) <= 3_600_000 ? skew : 0
    }
}
