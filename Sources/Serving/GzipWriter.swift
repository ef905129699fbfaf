import CZlib

/// Compresses a body into one gzip member (RFC 1952), chunk by chunk, at the fastest level.
struct GzipWriter: ~Copyable {
    // On the heap, because zlib keeps a pointer back to the stream.
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Fails only without memory; then deflate writes nothing and the body ends without a trailer.
        _ = czlib_deflate_gzip(stream, 1)
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Compresses `bytes`; with `isLast`, ends the member with its trailer.
    mutating func compress(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var input = bytes
        return input.withUnsafeMutableBufferPointer { source in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(clamping: source.count)
            var output: [UInt8] = []
            repeat {
                output += [UInt8](unsafeUninitializedCapacity: source.count / 4 + (64 << 10)) { target, written in
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(clamping: target.count)
                    _ = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    written = target.count - Int(stream.pointee.avail_out)
                }
            } while stream.pointee.avail_out == 0
            return output
        }
    }
}
