/// One implementation guide as it is published: an npm archive of definitions, none of which is parsed until it is
/// asked for.
public struct IGPackage: Sendable {
    /// `hl7.fhir.us.core`
    public let name: String
    /// `6.1.0`
    public let version: String
    /// The packages that it builds on: versions by name.
    public let dependencies: [String: String]
    /// How many definitions it has.
    public var definitionCount: Int { definitions.count }

    let definitions: [Definition]
    /// The files of the archive's `example` folder by name, when they were asked for.
    public let examples: [(file: String, json: [UInt8])]

    /// One definition, unparsed.
    struct Definition: Sendable {
        let kind: Kind
        let url: String
        let version: String
        let type: String
        let json: [UInt8]
        let package: String
    }

    /// The kinds of definitions that validation needs.
    enum Kind: String, Sendable {
        case structure = "StructureDefinition"
        case valueSet = "ValueSet"
        case codeSystem = "CodeSystem"
    }

    init(name: String, version: String, dependencies: [String: String], draft: PackageDraft) {
        self.name = name
        self.version = version
        self.dependencies = dependencies
        let label = "\(name)#\(version)"
        definitions = draft.heads.map { head, kind, json in
            Definition(
                kind: kind, url: head.url, version: head.version, type: head.type, json: json, package: label)
        }
        examples = draft.examples
    }

    /// `hl7.fhir.us.core#6.1.0`
    public var label: String { "\(name)#\(version)" }
}
