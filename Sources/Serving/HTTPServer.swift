import FHIR
import FHIRClient
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
public import PDex
import Synchronization

/// Serves an endpoint on a port: HTTP/1.1, streamed bodies, and connections that can be dropped.
///
/// A peer, with or without a token, holds a bounded part of the port for a bounded time: see ``PeerBounds``.
public struct HTTPServer: Sendable {
    private let endpoint: any Endpoint
    private let host: String
    private let port: Int
    private let bodyLimit: Int
    private let latencyMilliseconds: Int
    private let clock: any WallClock
    private let bounds: PeerBounds

    /// How much of an overlong body is read beyond the limit, only to be dropped.
    private static let mostDropped = 8 << 20

    /// Serves `endpoint`; port 0 takes any free port. Bodies longer than `bodyLimit` bytes are refused.
    ///
    /// `latencyMilliseconds` delays each answer to a body that was taken; `clock` gives the `Date` header and times
    /// that delay; `bounds` go by the machine's own clock.
    public init(
        _ endpoint: any Endpoint, host: String = "127.0.0.1", port: Int, bodyLimit: Int, latencyMilliseconds: Int = 0,
        clock: any WallClock, bounds: PeerBounds = PeerBounds()
    ) {
        self.endpoint = endpoint
        self.host = host
        self.port = port
        self.bodyLimit = bodyLimit
        self.latencyMilliseconds = latencyMilliseconds
        self.clock = clock
        self.bounds = bounds
    }

    /// Serves until the task is cancelled. Throws when the port cannot be bound.
    public func run() async throws {
        var logger = Logger(label: "server")
        logger.logLevel = .critical
        let http1 = HTTP1Channel(
            responder: { request, writer, channel in
                try await respond(to: request, writer: writer, channel: channel)
            }, configuration: .init(idleTimeout: TimeAmount(bounds.idle)))
        let server = Server(
            childChannelSetup: ServedChannel(http1: http1, longestUnread: bounds.answer),
            configuration: ServerConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(bounds.connections, logger: logger)),
            onServerRunning: { channel in endpoint.bound.bind(channel.localAddress?.port ?? port) },
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
            endpoint.bound.fail(CancellationError())
        } catch {
            endpoint.bound.fail(error)
            throw error
        }
    }

    /// Stops accepting, lets answers under way finish, and cuts off those that have not done so in time.
    private func stop(_ server: Server<ServedChannel>, _ serving: Task<Void, any Error>) async {
        // A server that has not begun to listen cannot be told to stop; one that never will has ended already.
        guard (try? await endpoint.bound.port()) != nil else { return }
        // A client that has stopped reading would be waited for.
        let limit = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .seconds(2)) { serving.cancel() }
        try? await server.shutdownGracefully()
        limit.cancel()
    }

    private func respond(
        to request: Request, writer: consuming ResponseWriter, channel: any Channel
    ) async throws {
        if request.headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPTypes.HTTPResponse(status: .init(code: 100)))
        }
        let body: ByteBuffer
        switch await read(request.body, channel) {
        case .whole(let whole): body = whole
        case .flawed(let flaw, let isRead):
            let answer = endpoint.answer(to: flaw)
            var head = head(of: answer, to: request)
            if !isRead { head.headerFields[.connection] = "close" }
            try await Self.write(answer, to: request, writer, head: head)
            // The rest of the body stays unread, so this connection is of no further use.
            return isRead ? () : try await channel.close()
        }
        let answer = await endpoint.answer(
            ServedRequest(
                request.method.rawValue, request.head.path ?? "/", headers: Self.headers(of: request),
                body: Array(buffer: body)))
        if latencyMilliseconds > 0 { try await clock.sleep(seconds: Double(latencyMilliseconds) / 1000) }
        if case .dropped = answer.body { return try await channel.close() }
        try await Self.write(answer, to: request, writer, head: head(of: answer, to: request))
    }

    /// The outcome of reading a body, and whether it was read to its end.
    private enum Reading {
        case whole(ByteBuffer)
        case flawed(BodyFlaw, isRead: Bool)
    }

    /// Reads a body for at most as long as it may take.
    ///
    /// A body that is too long is read on for a while and dropped: closing a connection with something unread resets
    /// it, and the client might lose the answer that tells it why.
    private func read(_ stream: RequestBody, _ channel: any Channel) async -> Reading {
        let isLate = Mutex(false)
        // Reading ends with the input; the answer can still be written.
        let closing = channel.eventLoop.scheduleTask(in: TimeAmount(bounds.body)) {
            isLate.withLock { $0 = true }
            channel.close(mode: .input, promise: nil)
        }
        defer { closing.cancel() }
        var body = ByteBuffer()
        var length = 0
        var isBroken = false
        do {
            for try await var part in stream {
                length += part.readableBytes
                guard length <= bodyLimit + Self.mostDropped else {
                    return .flawed(.tooLong(limit: bodyLimit), isRead: false)
                }
                if length <= bodyLimit { body.writeBuffer(&part) }
            }
        } catch {
            isBroken = true
        }
        if isLate.withLock({ $0 }) { return .flawed(.late, isRead: false) }
        if isBroken { return .flawed(.broken, isRead: false) }
        return length <= bodyLimit ? .whole(body) : .flawed(.tooLong(limit: bodyLimit), isRead: true)
    }

    private static func headers(of request: Request) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for field in request.headers { headers.append(field.name.rawName, field.value) }
        return headers
    }

    private func head(of answer: ServedAnswer, to request: Request) -> HTTPTypes.HTTPResponse {
        var fields = HTTPFields()
        for field in answer.headers.fields {
            if let name = HTTPField.Name(field.name) { fields.append(HTTPField(name: name, value: field.value)) }
        }
        fields[.date] = clock.now().httpDate
        if request.headers[.connection] == "close" { fields[.connection] = "close" }
        if let name = HTTPField.Name("X-Request-Id"), let id = request.headers[name] { fields[name] = id }
        return HTTPTypes.HTTPResponse(status: .init(code: answer.status), headerFields: fields)
    }

    private static func write(
        _ answer: ServedAnswer, to request: Request, _ writer: consuming ResponseWriter, head: HTTPTypes.HTTPResponse
    ) async throws {
        var head = head
        switch answer.body {
        case .bytes(let bytes):
            head.headerFields[.contentLength] = String(bytes.count)
            guard request.method != .head else { return try await writer.writeResponse(head) }
            guard bytes.count > LineStream.chunkSize else {
                return try await writer.write(
                    response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
            }
            // In pieces: each one that is taken shows that the peer still reads.
            var body = try await writer.writeHead(head)
            for start in stride(from: 0, to: bytes.count, by: LineStream.chunkSize) {
                let piece = bytes[start..<min(start + LineStream.chunkSize, bytes.count)]
                try await body.write(ByteBuffer(bytes: piece))
            }
            try await body.finish(nil)
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
