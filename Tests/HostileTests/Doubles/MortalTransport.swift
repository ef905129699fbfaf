import FHIRClient
import Foundation

/// A network as one process sees it: a request may have arrived although no process is left to see the answer.
struct MortalTransport: HTTPTransport {
    let transport: any HTTPTransport
    let life: Lifetime

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try life.pass("before \(Self.place(request))")
        let response = try await transport.send(request)
        try life.pass("after \(Self.place(request))")
        return response
    }

    func stream(_ request: HTTPRequest) async throws -> HTTPStream {
        try life.pass("before \(Self.place(request))")
        let stream = try await transport.stream(request)
        try life.pass("in \(Self.place(request))")
        let body = HTTPBody {
            var pieces = stream.body.makeAsyncIterator()
            let piece = try await pieces.next()
            try life.pass(piece == nil ? "after \(Self.place(request))" : "in \(Self.place(request))")
            return piece
        }
        return HTTPStream(status: stream.status, headers: stream.headers, body: body)
    }

    private static func place(_ request: HTTPRequest) -> String {
        "\(request.method.rawValue) \(URL(string: request.url.text)?.path ?? "")"
    }
}
