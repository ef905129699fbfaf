@testable import Conformance

extension FuzzTarget {
    /// However an archive is cut into chunks, the files are the same, and neither larger nor more than allowed.
    ///
    /// The first byte determines the size of the chunks. Every block gets a header's checksum, which no fuzzer would
    /// guess.
    static let tar = FuzzTarget(
        name: "tar",
        seeds: [
            "\u{40}" + block("package/a.json", size: "00000000005", kind: "0") + "hello",
            "\u{7f}" + block("long", size: "00000000020", kind: "L") + padded("package/a/long/n", to: 512)
                + block("short", size: "00000000001", kind: "0") + padded("x", to: 512) + padded("", to: 1024),
            "\u{01}" + block("pax", size: "00000000013", kind: "x") + padded("11 path=ab\n", to: 512)
                + block("folder/", size: "00000000000", kind: "5"),
        ]
    ) { input in
        guard let size = input.first else { return }
        var archive = Array(input[1...])
        archive += repeatElement(0, count: (512 - archive.count % 512) % 512)
        for start in stride(from: 0, to: archive.count, by: 512) { sign(&archive[start..<start + 512]) }
        let whole = files(in: archive, chunk: max(archive.count, 1))
        let pieces = files(in: archive, chunk: Int(size) + 1)
        promise(whole == pieces, "the chunks decide about the files")
        promise(whole.names.count <= 8 && whole.sizes.allSatisfy { $0 <= 1024 }, "more than the limits allow")
    }

    private struct Unpacked: Equatable {
        var names: [String] = []
        var sizes: [Int] = []
        var isWhole = false
        var failure: TarReader.Failure?
    }

    private static func files(in archive: [UInt8], chunk: Int) -> Unpacked {
        var reader = TarReader(maxEntries: 8, maxFile: 1024) { !$0.hasSuffix("/") }
        var found = Unpacked()
        do {
            for start in stride(from: 0, to: archive.count, by: chunk) {
                try archive[start..<min(start + chunk, archive.count)].withUnsafeBytes { bytes in
                    try reader.append(bytes) { name, content in
                        found.names.append(name)
                        found.sizes.append(content.count)
                    }
                }
            }
            found.isWhole = reader.isWhole
        } catch {
            found.failure = error as? TarReader.Failure
        }
        return found
    }

    /// Writes a header's checksum at offset 148.
    private static func sign(_ block: inout ArraySlice<UInt8>) {
        guard block.contains(where: { $0 != 0 }) else { return }
        let start = block.startIndex
        let place = start + 148..<start + 156
        let sum = block.indices.reduce(0) { $0 + (place.contains($1) ? 0x20 : Int(block[$1])) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
        for (index, byte) in zip(place, text.utf8) { block[index] = byte }
    }

    private static func block(_ name: String, size: String, kind: Character) -> String {
        padded(padded(padded(name, to: 124) + size, to: 156) + String(kind) + padded("", to: 100) + "ustar", to: 512)
    }

    private static func padded(_ text: String, to count: Int) -> String {
        text + String(repeating: "\0", count: max(0, count - text.utf8.count))
    }
}
