import FHIR
import PDex

extension LineBatch {
    /// The lines without the headers of a file that is organized by patient: Parameters before each block say whose it
    /// is, which every resource says itself (BLK-14).
    func withoutHeaders() -> LineBatch {
        LineBatch(bytes: bytes, lines: lines.filter { !isHeader(bytes[$0]) })
    }

    /// So far into a line the type stands at the latest, wherever it is not looked for in vain.
    private static let beginning = 256

    private func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
        // Most lines are told by their first bytes; the few others are read.
        guard line.prefix(Self.beginning).firstRange(of: Self.mark) != nil else { return false }
        return (try? JSONParser.parse(Array(line)))?["resourceType"]?.string == "Parameters"
    }

    private static let mark = [UInt8](#""Parameters""#.utf8)
}
