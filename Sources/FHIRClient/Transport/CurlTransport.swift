import CCurl

/// HTTP over libcurl: proxies, system authorities, client certificates, HTTP/2, kept connections.
///
/// Redirects are not followed, cookies and password files are not used, only gzip is accepted and is decoded here, and
/// a body counts as whole only if that is proven. See ``HTTPTransport`` for what callers may rely on.
public final class CurlTransport: HTTPTransport {
    private let threads: CurlThreads

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// A transport with threads and connections of its own.
    public init(_ options: TransportOptions = TransportOptions()) {
        precondition(Self.isReady, "libcurl cannot start")
        threads = CurlThreads(options)
    }

    deinit {
        threads.close()
    }

    /// Sends and returns the answer with its whole body.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let transfer = CurlTransfer(request, isStreamed: false)
        return try await carrying(transfer) { try await transfer.response() }
    }

    /// Sends and returns once the header is there; dropping the body ends the transfer.
    public func stream(_ request: HTTPRequest) async throws -> HTTPStream {
        let transfer = CurlTransfer(request, isStreamed: true)
        let reader = Reader(transfer)
        let head = try await carrying(transfer) { try await transfer.head() }
        let body = HTTPBody { try await reader.next() }
        return HTTPStream(status: head.status, headers: head.headers, body: body)
    }

    /// Ends the transfer when the last owner of the body releases it.
    private final class Reader: Sendable {
        private let transfer: CurlTransfer

        init(_ transfer: CurlTransfer) { self.transfer = transfer }

        deinit { transfer.cancel() }

        func next() async throws -> [UInt8]? {
            try await withTaskCancellationHandler {
                try await transfer.piece()
            } onCancel: {
                transfer.cancel()
            }
        }
    }

    private func carrying<Value: Sendable>(
        _ transfer: CurlTransfer, _ wait: @Sendable () async throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        threads.submit(transfer)
        return try await withTaskCancellationHandler(operation: wait) { transfer.cancel() }
    }
}
