import FHIR
import PDex

extension LineBatch {
    /// The lines without the headers of a file organized by patient: there, Parameters before each block say whose it
    /// is, which every resource says itself (BLK-14).
    func withoutHeaders() -> LineBatch {
        LineBatch(bytes: bytes, lines: lines.filter { !isHeader(bytes[$0]) })
    }

    /// How many bytes of a line are searched for its type.
    private static let beginning = 256

    private func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
        // The first bytes decide for most lines; only the few that remain are parsed.
        guard line.prefix(Self.beginning).firstRange(of: Self.mark) != nil else { return false }
        return (try? JSONParser.parse(Array(line)))?["resourceType"]?.string == "Parameters"
    }

    private static let mark = [UInt8](#""Parameters""#.utf8)
}
