import FHIR

extension FuzzTarget {
    /// However a stream is cut into chunks, the lines, their numbers and the error are the same.
    ///
    /// The first byte determines how long a line may be, the second the size of the chunks.
    static let ndjson = FuzzTarget(
        name: "ndjson",
        seeds: [
            "\u{40}\u{01}{\"a\":1}\n{\"b\":2}\n", "\u{40}\u{03}one\r\n\r\n \t\ntwo", "\u{03}\u{02}long line\nx\n",
            "\u{20}\u{7f}a\n\n\nb",
        ]
    ) { input in
        guard input.count >= 2 else { return }
        let maxLine = Int(input[0])
        let stream = UnsafeRawBufferPointer(rebasing: input[2...])
        let whole = Splitting(stream, chunk: max(stream.count, 1), maxLine: maxLine)
        let pieces = Splitting(stream, chunk: Int(input[1]) + 1, maxLine: maxLine)
        promise(whole == pieces, "the chunks decide about the lines")
        promise(whole.lines.allSatisfy { $0.count <= maxLine && !$0.contains(0x0A) }, "a line is too long")
        guard whole.error == nil else { return }
        promise(whole.lines == plainLines(of: stream), "lines are missing or made up")
    }

    /// The same in the simplest way.
    private static func plainLines(of stream: UnsafeRawBufferPointer) -> [[UInt8]] {
        stream.split(separator: 0x0A, omittingEmptySubsequences: false).compactMap { piece in
            let line = Array(piece.last == 0x0D ? piece.dropLast() : piece)
            return line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) } ? nil : line
        }
    }
}
