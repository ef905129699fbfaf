import FHIR
import SampleData

extension SharedFolder {
    /// The lines of a compressed NDJSON file in `data`.
    static func lines(_ file: String) throws -> [[UInt8]] {
        var splitter = NDJSONSplitter()
        var lines: [[UInt8]] = []
        try unpacked("data/" + file).withUnsafeBytes { try splitter.append($0) { lines.append([UInt8]($0)) } }
        try splitter.finish { lines.append([UInt8]($0)) }
        return lines
    }
}
