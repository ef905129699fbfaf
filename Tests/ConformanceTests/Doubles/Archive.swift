import CZlib

/// Builds a package.tgz in memory.
enum Archive {
    /// A gzipped tar of files, in that order.
    static func tgz(_ files: [(name: String, text: String)]) -> [UInt8] {
        gzip(tar(files))
    }

    static func tar(_ files: [(name: String, text: String)]) -> [UInt8] {
        files.flatMap { entry($0.name, [UInt8]($0.text.utf8)) } + [UInt8](repeating: 0, count: 1024)
    }

    private static func entry(_ name: String, _ content: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            header.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
        }
        put(name, at: 0)
        put("0000644", at: 100)
        let size = String(content.count, radix: 8)
        put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
        return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count / 2 + 64 << 10)
        var stream = z_stream()
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                _ = czlib_deflate_gzip(&stream, 6)
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
}
