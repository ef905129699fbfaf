import CZlib

/// Unpacks gzip (RFC 1952) piece by piece, so that a decompression bomb is stopped before it fills the memory.
enum GzipUnpacking {
    /// Why the bytes cannot be unpacked.
    enum Failure: Error {
        /// They are not gzip, or end too early.
        case malformed
        /// They would unpack to more than the limit.
        case tooLarge
    }

    /// Hands over the content in pieces of at most 256 KB, which are valid only during the call.
    static func unpack(_ bytes: [UInt8], limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 8)
        _ = czlib_inflate_gzip(stream)
        defer {
            inflateEnd(stream)
            stream.deallocate()
            piece.deallocate()
        }
        try bytes.withUnsafeBytes { input in
            // Zlib's declaration lacks const: it does not write to the input.
            let source = UnsafeMutableRawPointer(mutating: input.baseAddress)
            stream.pointee.next_in = source?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_in = UInt32(clamping: input.count)
            try inflateAll(stream, into: piece, limit: limit, body)
        }
    }

    private static func inflateAll(
        _ stream: UnsafeMutablePointer<z_stream>, into piece: UnsafeMutableRawBufferPointer, limit: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var total = 0
        while true {
            stream.pointee.next_out = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(piece.count)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            guard code == Z_OK || code == Z_STREAM_END else { throw Failure.malformed }
            let made = piece.count - Int(stream.pointee.avail_out)
            total += made
            guard total <= limit else { throw Failure.tooLarge }
            try body(UnsafeRawBufferPointer(rebasing: piece[..<made]))
            if code == Z_STREAM_END { return }
            // No progress and no end: the file is truncated.
            guard made > 0 else { throw Failure.malformed }
        }
    }
}
