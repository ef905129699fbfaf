import FHIR

/// The result of splitting a stream.
struct Splitting: Equatable {
    var lines: [[UInt8]] = []
    var lastNumber = 0
    var error: NDJSONError?

    init(_ stream: UnsafeRawBufferPointer, chunk: Int, maxLine: Int) {
        var splitter = NDJSONSplitter(maxLine: maxLine)
        var (lines, lastNumber): ([[UInt8]], Int) = ([], 0)
        do {
            for start in stride(from: 0, to: stream.count, by: chunk) {
                let piece = UnsafeRawBufferPointer(rebasing: stream[start..<min(start + chunk, stream.count)])
                try splitter.append(piece) { lines.append(Array($0)) }
            }
            try splitter.finish { lines.append(Array($0)) }
            lastNumber = splitter.lineNumber
        } catch {
            self.error = error as? NDJSONError
        }
        self.lines = lines
        self.lastNumber = lastNumber
    }
}
