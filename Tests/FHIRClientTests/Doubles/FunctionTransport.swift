import FHIRClient
import Synchronization

/// A transport that is a function of the request, and remembers the requests.
final class FunctionTransport: HTTPTransport {
    private let answer: @Sendable (HTTPRequest, _ number: Int) async throws -> HTTPResponse
    private let seen = Mutex<[HTTPRequest]>([])

    init(_ answer: @escaping @Sendable (HTTPRequest, _ number: Int) async throws -> HTTPResponse) {
        self.answer = answer
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = seen.withLock { requests in
            requests.append(request)
            return requests.count
        }
        return try await answer(request, number)
    }

    func stream(_ request: HTTPRequest) async throws -> HTTPStream {
        let response = try await send(request)
        let pieces = Mutex([response.body])
        return HTTPStream(
            status: response.status, headers: response.headers,
            body: HTTPBody { pieces.withLock { $0.popLast() } })
    }
}

extension HTTPResponse {
    /// An answer with JSON.
    static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: [UInt8](text.utf8))
    }
}
