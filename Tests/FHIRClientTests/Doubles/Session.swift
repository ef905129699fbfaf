import FHIRClient
import Metrics
import PDex
import PDexTesting
import Testing

/// A session with a server simulated by a transport, with our token `t1` when `isAuthorized`.
func session(
    _ transport: any HTTPTransport, _ clock: ManualClock = ManualClock(), side: ServerConnection.Side = .clinic,
    isAuthorized: Bool = false, openOrigins: [String] = [], base: String = AuthorizationServer.base,
    maxPages: Int? = nil, metrics: any MetricsFactory = NOOPMetricsHandler.instance
) throws -> ServerSession {
    var connection = AuthorizationServer.connection()
    connection.side = side
    connection.base = base
    connection.openOrigins = openOrigins
    if let maxPages { connection.maxPages = maxPages }
    if !isAuthorized { connection.authorization = .none }
    return try ServerSession(
        connection, keys: try #require(TestKeys.both), transport: transport, clock: clock,
        retry: ReadRetry(jitter: { 1 }), requestID: { "r1" }, metrics: metrics)
}
