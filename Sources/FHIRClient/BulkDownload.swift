import FHIR
import PDex

/// Reads one file of an export as batches of whole lines, with constant memory.
struct BulkDownload: Sendable {
    let session: ServerSession

    private static let batchBytes = 256 << 10

    /// Streams `file`; returns the number of bytes after decoding, once the end is proven.
    ///
    /// An empty file counts as whole only if the manifest counts its lines: an object store that has lost the file, or
    /// does not have it yet, answers so, too. Outcomes are not data: many servers list an empty file of them.
    func run(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let stream = try await opened(file, requiresAccessToken)
        guard stream.status == 200 else {
            let response = HTTPResponse(status: stream.status, headers: stream.headers)
            guard ![404, 410].contains(stream.status) else {
                throw Fault(
                    .clinicFileGone, .halt, "A file of \(session.connection.name) is gone (\(stream.status)).",
                    hint: "Links live only for a while; the next run exports again.")
            }
            throw session.faults.fault(response, "the download of a file", now: session.clock.now())
        }
        do {
            let bytes = try await lines(of: stream.body, deliver)
            guard bytes > 0 || file.count != nil || file.type == "OperationOutcome" else {
                throw session.faults.incomplete("a file")
            }
            return bytes
        } catch let error as TransportError where error.reason == .tooLarge {
            throw Fault(
                .remoteTooLarge, .halt,
                "A file of \(session.connection.name) has more than \(session.connection.maxFileBytes) bytes, or expands "
                    + "beyond reason.",
                hint: "When its files are that large, raise max-file-size in the connection's configuration.")
        } catch let error as TransportError where error.reason == .brokenOff {
            // The server answered: only this file broke off, and later files may well come.
            throw session.faults.incomplete("a file")
        } catch let error as TransportError {
            throw Fault(error, at: session.connection.name)
        } catch let error as NDJSONError {
            throw Fault(
                .remoteTooLarge, .halt, "A file of \(session.connection.name): \(error).",
                hint: "No resource is that large: ask the server's owner what the file is.")
        }
    }

    /// The answer at the end of the file's redirects. The SMART token goes along only if the manifest wants it:
    /// otherwise it SHALL NOT (BLK-40).
    private func opened(_ file: ExportManifest.File, _ requiresAccessToken: Bool) async throws -> HTTPStream {
        var trail = try FileTrail(file.url, requiresAccessToken: requiresAccessToken, session)
        while true {
            let stream = try await session.stream(request(trail.url), trail.credential)
            guard FileTrail.leadsOn(stream.status) else { return stream }
            try trail.follow(stream.headers["Location"])
        }
    }

    private func request(_ url: OutboundURL) -> HTTPRequest {
        var request = HTTPRequest(.get, url, headers: ["Accept": "application/fhir+ndjson"])
        request.timeouts = .download
        request.maxBodyBytes = session.connection.maxFileBytes
        request.isDownload = true
        return request
    }

    private func lines(of body: HTTPBody, _ deliver: (LineBatch) async throws -> Void) async throws -> Int {
        var splitter = NDJSONSplitter()
        var batch = Batch()
        var count = 0
        for try await chunk in body {
            count += chunk.count
            try chunk.withUnsafeBytes { bytes in try splitter.append(bytes) { batch.append($0) } }
            if batch.bytes.count >= Self.batchBytes { try await deliver(batch.taken()) }
        }
        // A torn last line is an error, not a record (BLK-45): without a line feed only its grammar proves it whole.
        try splitter.finish { line in
            guard (try? JSONParser.parse(line)) != nil else { throw session.faults.incomplete("a file") }
            batch.append(line)
        }
        if !batch.lines.isEmpty { try await deliver(batch.taken()) }
        return count
    }

    private struct Batch {
        var bytes: [UInt8] = []
        var lines: [Range<Int>] = []

        mutating func append(_ line: UnsafeRawBufferPointer) {
            let start = bytes.count
            bytes.append(contentsOf: line)
            lines.append(start..<bytes.count)
        }

        mutating func taken() -> LineBatch {
            defer {
                bytes = []
                lines = []
                bytes.reserveCapacity(BulkDownload.batchBytes * 2)
            }
            return LineBatch(bytes: bytes, lines: lines)
        }
    }
}
