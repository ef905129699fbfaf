import FHIR
import SampleData

extension SharedFolder {
    /// Whether there is sample data.
    static let hasData = has("data")

    /// The resources of a compressed NDJSON file in `data`.
    static func resources(_ file: String) throws -> [Resource] {
        var splitter = NDJSONSplitter()
        var resources: [Resource] = []
        try unpacked("data/" + file).withUnsafeBytes {
            try splitter.append($0) { resources.append(try Resource(parsing: [UInt8]($0))) }
        }
        try splitter.finish { resources.append(try Resource(parsing: [UInt8]($0))) }
        return resources
    }

    /// The resource that a file in `data` holds.
    static func resource(_ file: String) throws -> Resource {
        try Resource(parsing: bytes(of: "data/" + file))
    }

    /// The Patients and Coverages in a transaction Bundle in `data`.
    static func members(inBundle file: String) throws -> [Resource] {
        (try resource(file)["entry"]?.elements ?? []).compactMap { $0["resource"] }
            .compactMap { try? Resource($0) }.filter { ["Patient", "Coverage"].contains($0.type) }
    }
}
