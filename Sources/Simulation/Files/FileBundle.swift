import FHIR

/// The files of a drop or a submission, read as a payer reads them: by their manifest.
enum FileBundle {
    /// The names of the files that a manifest lists, in order.
    static func names(in manifest: JSONValue) -> [String] {
        ((manifest["output"]?.elements ?? []) + (manifest["deleted"]?.elements ?? []))
            .compactMap { $0["url"]?.string?.split(separator: "/").last.map(String.init) }
    }

    /// All the content as one transaction; nil when a file is missing or differs from the manifest.
    static func made(of files: [String: [UInt8]]) -> [UInt8]? {
        guard let manifest = files["manifest.json"].flatMap({ try? JSONParser.parse($0) }) else { return nil }
        var entries: [JSONValue] = []
        for output in manifest["output"]?.elements ?? [] {
            guard let bytes = file(output, in: files) else { return nil }
            let lines = bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONParser.parse(Array($0)) }
            guard lines.count == output["count"]?.number?.int else { return nil }
            for resource in lines {
                let url = "\(resource["resourceType"]?.string ?? "")/\(resource["id"]?.string ?? "")"
                entries.append(["resource": resource, "request": ["method": "PUT", "url": .string(url)]])
            }
        }
        for deleted in manifest["deleted"]?.elements ?? [] {
            guard let bytes = file(deleted, in: files), let bundle = try? JSONParser.parse(bytes) else { return nil }
            entries += bundle["entry"]?.elements ?? []
        }
        let bundle: JSONValue = ["resourceType": "Bundle", "type": "transaction", "entry": .array(entries)]
        return bundle.serialized()
    }

    private static func file(_ output: JSONValue, in files: [String: [UInt8]]) -> [UInt8]? {
        guard let name = output["url"]?.string?.split(separator: "/").last, let bytes = files[String(name)],
            bytes.count == output["fileSize"]?.number?.int
        else { return nil }
        return bytes
    }
}
