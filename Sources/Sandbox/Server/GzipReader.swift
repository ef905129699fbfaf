import CZlib

/// Reads a gzip file of our own disk; members that follow one another are read as one.
enum GzipReader {
    /// The decompressed bytes; nil when the file is not gzip or is cut.
    static func decompress(_ bytes: [UInt8]) -> [UInt8]? {
        // On the heap, because zlib keeps a pointer back to the stream.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer {
            inflateEnd(stream)
            stream.deinitialize(count: 1)
            stream.deallocate()
        }
        guard czlib_inflate_gzip(stream) == Z_OK else { return nil }
        var input = bytes
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        return input.withUnsafeMutableBufferPointer { source -> [UInt8]? in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(clamping: source.count)
            var code = Z_OK
            while code == Z_OK {
                let produced = chunk.withUnsafeMutableBufferPointer { target in
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(clamping: target.count)
                    code = inflate(stream, Z_NO_FLUSH)
                    return target.count - Int(stream.pointee.avail_out)
                }
                output += chunk.prefix(produced)
                if code == Z_STREAM_END, stream.pointee.avail_in > 0 { code = inflateReset(stream) }
            }
            return code == Z_STREAM_END ? output : nil
        }
    }
}
