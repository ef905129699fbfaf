import FHIRClient

/// The way to a hostile clinic, cut off as the clinic says: for what no test may do to the machine's resolver, routes
/// and clock. The tests of the transport check what libcurl does in reality.
struct CutTransport: HTTPTransport {
    let transport: any HTTPTransport
    let clinic: HostileClinic

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try pass(request)
        return try await transport.send(request)
    }

    func stream(_ request: HTTPRequest) async throws -> HTTPStream {
        try pass(request)
        return try await transport.stream(request)
    }

    private func pass(_ request: HTTPRequest) throws {
        guard let reason = clinic.isCut(at: request.url.text) else { return }
        throw TransportError(reason, mayHaveArrived: false)
    }
}
