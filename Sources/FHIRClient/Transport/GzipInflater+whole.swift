extension GzipInflater {
    /// Decodes gzip that is there as a whole and trusted: nil when it is something else or is cut. There is no cap.
    package static func decompress(_ bytes: [UInt8]) -> [UInt8]? {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { piece.deallocate() }
        return bytes.withUnsafeBytes { input -> [UInt8]? in
            var inflater = GzipInflater()
            var rest = input
            var output: [UInt8] = []
            do throws(Malformed) {
                while true {
                    let (consumed, produced) = try inflater.inflate(rest, into: piece)
                    // There was room, so there is no more.
                    if consumed == 0, produced == 0 { break }
                    output.append(contentsOf: piece[..<produced])
                    rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
                }
            } catch {
                return nil
            }
            return inflater.isBetweenMembers ? output : nil
        }
    }
}
