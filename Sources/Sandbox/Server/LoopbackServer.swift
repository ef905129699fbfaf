import FHIR
import FHIRClient
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import PDex

/// Puts an endpoint on a loopback port: HTTP/1.1, streamed bodies, and connections that can be dropped.
struct LoopbackServer: Sendable {
    /// Bundles larger than this are refused with 413.
    static let bodyLimit = 64 << 20

    let endpoint: any SandboxEndpoint
    /// 0 for any free port.
    let port: Int
    /// What each answer takes beside the work.
    let latencyMilliseconds: Int
    /// What the `Date` header says.
    let clock: any WallClock

    /// Serves until the task is cancelled. Throws when the port cannot be bound.
    func run() async throws {
        var logger = Logger(label: "sandbox")
        logger.logLevel = .critical
        let server = Server(
            childChannelSetup: HTTP1Channel { request, writer, channel in
                try await respond(to: request, writer: writer, channel: channel)
            },
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in endpoint.origin.bind(port: channel.localAddress?.port ?? port) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        // Not a child task: NIO traps when a server is cancelled while it accepts a connection, so a cancellation
        // has to arrive as a request to stop.
        let serving = Task { try await server.run() }
        let result = await withTaskCancellationHandler {
            await serving.result
        } onCancel: {
            Task { await stop(server, serving) }
        }
        do {
            try result.get()
            endpoint.origin.fail(CancellationError())
        } catch {
            endpoint.origin.fail(error)
            throw error
        }
    }

    /// Stops accepting, lets what is being answered end, and cuts off what does not.
    private func stop(_ server: Server<HTTP1Channel>, _ serving: Task<Void, any Error>) async {
        // A server that has not begun to listen cannot be told to stop.
        guard (try? await endpoint.origin.port()) != nil else { return }
        // A client that has stopped reading would be waited for.
        let limit = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .seconds(2)) { serving.cancel() }
        try? await server.shutdownGracefully()
        limit.cancel()
    }

    private func respond(
        to request: Request, writer: consuming ResponseWriter, channel: any Channel
    ) async throws {
        guard let body = try? await request.body.collect(upTo: Self.bodyLimit) else {
            let refusal = Refusal(413, "too-long", "The body is longer than \(Self.bodyLimit) bytes.")
            let answer = SandboxAnswer.refusal(refusal)
            // What is left of the body is not read, so this connection is of no more use.
            try await Self.write(answer, to: request, writer, head: head(of: answer, to: request))
            return try await channel.close()
        }
        let answer = endpoint.answer(
            SandboxRequest(
                request.method.rawValue, request.head.path ?? "/", headers: Self.headers(of: request),
                body: Array(buffer: body)))
        if latencyMilliseconds > 0 { try await clock.sleep(seconds: Double(latencyMilliseconds) / 1000) }
        if case .dropped = answer.body { return try await channel.close() }
        try await Self.write(answer, to: request, writer, head: head(of: answer, to: request))
    }

    private static func headers(of request: Request) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for field in request.headers { headers.append(field.name.rawName, field.value) }
        return headers
    }

    private func head(of answer: SandboxAnswer, to request: Request) -> HTTPTypes.HTTPResponse {
        var fields = HTTPFields()
        for field in answer.headers.fields {
            if let name = HTTPField.Name(field.name) { fields.append(HTTPField(name: name, value: field.value)) }
        }
        fields[.date] = clock.now().httpDate
        if let name = HTTPField.Name("X-Request-Id"), let id = request.headers[name] { fields[name] = id }
        return HTTPTypes.HTTPResponse(status: .init(code: answer.status), headerFields: fields)
    }

    private static func write(
        _ answer: SandboxAnswer, to request: Request, _ writer: consuming ResponseWriter, head: HTTPTypes.HTTPResponse
    ) async throws {
        var head = head
        switch answer.body {
        case .bytes(let bytes):
            head.headerFields[.contentLength] = String(bytes.count)
            guard request.method != .head else { return try await writer.writeResponse(head) }
            try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .lines(let lines):
            let isCompressed = acceptsGzip(request)
            head.headerFields[.contentLength] = isCompressed ? nil : String(lines.reduce(lines.count) { $0 + $1.count })
            head.headerFields[.contentEncoding] = isCompressed ? "gzip" : nil
            var body = try await writer.writeHead(head)
            try await LineStream(lines: lines, isCompressed: isCompressed).forEachChunk { chunk in
                try await body.write(ByteBuffer(bytes: chunk))
            }
            try await body.finish(nil)
        case .dropped: break
        }
    }

    private static func acceptsGzip(_ request: Request) -> Bool {
        (request.headers[.acceptEncoding] ?? "").split(separator: ",").contains { coding in
            coding.split(separator: ";").first?.filter { $0 != " " } == "gzip"
        }
    }
}
