import FHIR
import FHIRClient
import FoundationEssentials

/// A folder with a clinic's data: NDJSON, NDJSON in gzip, and transaction Bundles as JSON.
struct DataFolder: Sendable {
    let path: String

    /// Hands over every resource, file by file in the order of their names.
    ///
    /// Throws ``SandboxError`` for a folder or a file that cannot be read.
    func forEachResource(_ body: ([UInt8]) throws -> Void) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw SandboxError.unreadableFolder(path)
        }
        for name in names.sorted() {
            let isLines = name.hasSuffix(".ndjson") || name.hasSuffix(".ndjson.gz")
            guard isLines || name.hasSuffix(".json") else { continue }
            guard let data = try? Data(contentsOf: URL(filePath: path).appending(path: name)) else {
                throw SandboxError.unreadableData(file: name, line: 0)
            }
            let bytes = name.hasSuffix(".gz") ? GzipInflater.decompress(Array(data)) : Array(data)
            guard let bytes else { throw SandboxError.unreadableData(file: name, line: 0) }
            if isLines { try readLines(bytes, of: name, body) } else { try readJSON(bytes, of: name, body) }
        }
    }

    private func readLines(_ bytes: [UInt8], of name: String, _ body: ([UInt8]) throws -> Void) throws {
        var splitter = NDJSONSplitter()
        var number = 0
        func take(_ line: UnsafeRawBufferPointer) throws {
            number += 1
            do {
                try body(Array(line))
            } catch is ScanError {
                throw SandboxError.unreadableData(file: name, line: number)
            }
        }
        try bytes.withUnsafeBytes { try splitter.append($0, take) }
        try splitter.finish(take)
    }

    /// The resources of a Bundle, or the single resource in the file.
    private func readJSON(_ bytes: [UInt8], of name: String, _ body: ([UInt8]) throws -> Void) throws {
        guard let json = try? JSONParser.parse(bytes, limits: JSONLimits(depth: 64, bytes: 256 << 20)) else {
            throw SandboxError.unreadableData(file: name, line: 0)
        }
        // Transaction Bundles may lack resourceType when servers export them.
        guard json["entry"] != nil else {
            return try take(json, of: name, body)
        }
        let resources = (json["entry"]?.elements ?? []).compactMap(Self.resource)
        var destinations: [String: String] = [:]
        for (resource, url) in resources {
            if let url, let type = resource["resourceType"]?.string, let id = resource["id"]?.string {
                destinations[url] = "\(type)/\(id)"
            }
        }
        for (resource, _) in resources {
            var resource = resource
            resource.rewriteReferences { holder in
                if let place = holder["reference"]?.string.flatMap({ destinations[$0] }) {
                    holder["reference"] = .string(place)
                }
            }
            try take(resource, of: name, body)
        }
    }

    /// An entry's resource; one without an id gets that of its `urn:uuid`.
    private static func resource(of entry: JSONValue) -> (JSONValue, url: String?)? {
        guard var resource = entry["resource"]?.object else { return nil }
        let url = entry["fullUrl"]?.string
        if resource["id"] == nil, let url, url.hasPrefix("urn:uuid:") {
            resource["id"] = .string(String(url.dropFirst("urn:uuid:".utf8.count)))
        }
        return (.object(resource), url)
    }

    private func take(_ json: JSONValue, of name: String, _ body: ([UInt8]) throws -> Void) throws {
        do {
            try body(json.serialized())
        } catch is ScanError {
            throw SandboxError.unreadableData(file: name, line: 0)
        }
    }
}
