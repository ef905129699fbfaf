/// NDJSON lines as chunks of a body, compressed on the way when asked.
public struct LineStream: Sendable {
    /// Large enough that writing costs little, small enough that a slow reader holds little.
    public static let chunkSize = 256 << 10

    private let lines: [[UInt8]]
    private let isCompressed: Bool

    /// The lines, each followed by a newline, as gzip or as they are.
    public init(lines: [[UInt8]], isCompressed: Bool) {
        self.lines = lines
        self.isCompressed = isCompressed
    }

    /// Hands over the chunks in order; waits for each to be taken.
    public func forEachChunk(_ body: ([UInt8]) async throws -> Void) async throws {
        var gzip = GzipWriter()
        var pending: [UInt8] = []
        pending.reserveCapacity(Self.chunkSize + (16 << 10))
        for line in lines {
            pending += line
            pending.append(UInt8(ascii: "\n"))
            guard pending.count >= Self.chunkSize else { continue }
            let chunk = isCompressed ? gzip.compress(pending, isLast: false) : pending
            if !chunk.isEmpty { try await body(chunk) }
            pending.removeAll(keepingCapacity: true)
        }
        let last = isCompressed ? gzip.compress(pending, isLast: true) : pending
        if !last.isEmpty { try await body(last) }
    }
}
