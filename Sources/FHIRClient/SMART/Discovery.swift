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
        let response = try await transport.faulting(connection.name) { try await $0.send(request) }
        let answered = clock.now()
        guard response.status == 200 else { throw refused(response, now: answered) }
        let json = try ResponseFaults(connection).json(response, "the SMART configuration")
        return try SMARTConfiguration(
            json, of: connection, registration, policy: policy,
            skew: Self.skew(response.headers, answered: answered), now: answered,
            life: ConfigurationLife.milliseconds(response.headers))
    }

    /// The fault of any status but 200: a server in trouble (5xx) says nothing about its configuration (SBS-36).
    private func refused(_ response: HTTPResponse, now: Instant) -> Fault {
        let faults = ResponseFaults(connection)
        if let fault = faults.transient(response.status, response.headers, now: now) { return fault }
        if response.status >= 500 { return faults.failed(response, "a request for the SMART configuration", now: now) }
        return Fault(
            .authDiscovery, .halt,
            "\(connection.name) answered \(response.status) to .well-known/smart-configuration.",
            hint: "Check the base URL: the document is found right below it.")
    }

    /// How far ahead the server's clock is, by its `Date`; a difference of more than an hour is ignored.
    ///
    /// Compared with the moment of the answer: the time that the answer took makes an assertion older, but never one
    /// from the future, which servers refuse (SBS-23). A cached answer is later by its `Age`.
    static func skew(_ headers: HTTPHeaders, answered: Instant) -> Int64 {
        guard let date = headers["Date"].flatMap({ Instant(httpDate: $0) }) else { return 0 }
        let age = headers["Age"].flatMap { UInt16($0) }.map { Int64($0) * 1000 } ?? 0
        let skew = date.milliseconds + age - answered.milliseconds
        return abs(skew) <= 3_600_000 ? skew : 0
    }
}
