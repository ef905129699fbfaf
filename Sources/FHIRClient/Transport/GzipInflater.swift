import CZlib

/// Decodes gzip of one or more members (RFC 1952 §2.2), and knows when it is between two of them.
///
/// A member proves its own end, because zlib checks its CRC-32 and ISIZE, but not that no other follows: a body cut
/// between two members looks whole. Its framing has to prove the rest.
package struct GzipInflater: ~Copyable {
    /// What the bytes are instead of gzip.
    struct Malformed: Error {}

    // On the heap, because zlib keeps a pointer back to the stream.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether a member has ended, with correct CRC and length, and no other has begun.
    private(set) var isBetweenMembers = false

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Fails only without memory; then every call of inflate fails too.
        _ = czlib_inflate_gzip(stream)
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Decodes from `input` into `output`; returns how much of each was used.
    mutating func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(Malformed) -> (consumed: Int, produced: Int) {
        if isBetweenMembers {
            guard !input.isEmpty else { return (0, 0) }
            // Only another member may follow: zlib refuses anything else at its first bytes.
            inflateReset(stream)
            isBetweenMembers = false
        }
        let available = (UInt32(clamping: input.count), UInt32(clamping: output.count))
        // Zlib's declaration lacks const: it does not write to the input.
        let source = UnsafeMutableRawPointer(mutating: input.baseAddress)
        stream.pointee.next_in = source?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = available.0
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = available.1
        let code = CZlib.inflate(stream, Z_NO_FLUSH)
        switch code {
        case Z_STREAM_END: isBetweenMembers = true
        case Z_OK, Z_BUF_ERROR: break
        default: throw Malformed()
        }
        return (Int(available.0 - stream.pointee.avail_in), Int(available.1 - stream.pointee.avail_out))
    }
}
