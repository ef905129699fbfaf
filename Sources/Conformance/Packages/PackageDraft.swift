import FHIR

/// A package while its files arrive, in any order.
struct PackageDraft {
    private(set) var heads: [(head: DefinitionHead, kind: IGPackage.Kind, json: [UInt8])] = []
    private(set) var examples: [(file: String, json: [UInt8])] = []
    private(set) var manifest: JSONValue?
    private var keptBytes = 0

    /// Takes one file by its name within the archive.
    mutating func take(_ name: String, _ bytes: [UInt8]) throws {
        if name == "package/package.json" {
            manifest = try? JSONParser.parse(bytes)
        } else if name.hasPrefix(Self.exampleFolder) {
            examples.append((String(name.dropFirst(Self.exampleFolder.count)), bytes))
        } else if let head = DefinitionHead(bytes), !head.url.isEmpty,
            let kind = IGPackage.Kind(rawValue: head.resourceType)
        {
            heads.append((head, kind, bytes))
        } else {
            return
        }
        keptBytes += bytes.count
        guard keptBytes <= IGPackage.maxKept else { throw TarReader.Failure.tooLarge }
    }

    /// Whether a file is worth keeping: JSON directly in `package/`, and not of a kind that is never used.
    ///
    /// A name with `..`, an absolute one, or one in another folder is not: there is nothing to gain from it.
    static func wants(_ name: String, examples: Bool) -> Bool {
        guard name.hasSuffix(".json"), !name.contains("..") else { return false }
        if examples, name.hasPrefix(exampleFolder) {
            return !name.dropFirst(exampleFolder.count).contains("/") && !name.hasSuffix(".index.json")
        }
        guard name.hasPrefix("package/") else { return false }
        let file = name.dropFirst("package/".count)
        return !file.contains("/") && !unneeded.contains { file.hasPrefix($0) }
    }

    private static let exampleFolder = "package/example/"
    private static let unneeded = [
        ".", "SearchParameter-", "ConceptMap-", "OperationDefinition-", "CapabilityStatement-",
        "ImplementationGuide-", "NamingSystem-", "CompartmentDefinition-",
    ]
}
