import CZlib

/// One gzip member that holds `bytes`.
public func gzip(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
    var input = bytes
    var stream = z_stream()
    var output = [UInt8](repeating: 0, count: bytes.count / 2 + 64 << 10)
    let count = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            czlib_deflate_gzip(&stream, level)
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            deflate(&stream, Z_FINISH)
            deflateEnd(&stream)
            return Int(stream.total_out)
        }
    }
    return Array(output[..<count])
}
