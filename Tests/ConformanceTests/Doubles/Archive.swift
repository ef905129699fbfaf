import PDexTesting

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
}
