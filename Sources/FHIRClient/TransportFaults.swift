import PDex

extension HTTPTransport {
    /// Uses the transport for one request to the server `name`; an error of the transport becomes a fault.
    func faulting<Value: Sendable>(
        _ name: String, _ use: (any HTTPTransport) async throws -> Value
    ) async throws -> Value {
        do {
            return try await use(self)
        } catch let error as TransportError {
            throw Fault(error, at: name)
        }
    }
}

extension Fault {
    /// Not every command tries again by itself.
    private static let again = "Runs and the service try again by themselves; any other command is to be given again."

    /// What a failed transfer with the server `name` means.
    init(_ error: TransportError, at name: String) {
        let (code, disposition, hint): (FaultCode, Disposition, String) =
            switch error.reason {
            case .unresolved, .unreachable, .brokenOff:
                (.remoteUnreachable, .retry, "Check host, port, firewall and HTTPS_PROXY. \(Self.again)")
            case .tls:
                (.remoteTLS, .retry, "Check that the server speaks TLS 1.2 or later. \(Self.again)")
            case .certificate:
                (.remoteTLS, .halt, "Check the server's certificate, and the file of authorities in the configuration.")
            case .timedOut:
                (.remoteTimeout, .retry, "When it goes on, ask the server's owner. \(Self.again)")
            case .incomplete:
                (.remoteIncomplete, .retry, "Look for a proxy that cuts answers off. \(Self.again)")
            case .malformed:
                (.remoteMalformed, .halt, "Ask the server's owner, and look for a proxy in between.")
            case .tooLarge:
                (
                    .remoteTooLarge, .halt,
                    "Ask the server's owner what is so large; where it is a page, lower max-connections, and it may be larger."
                )
            case .forbiddenAddress:
                (.remotePolicy, .halt, "When the server is inside the site, say so in the connection's configuration.")
            case .unsendable:
                (.remotePolicy, .halt, "Check the connection's configuration.")
            }
        self.init(code, disposition, "\(name): \(error).", hint: hint)
    }
}
