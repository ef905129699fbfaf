public import FHIR

/// Who pays by a Coverage: one item of `Coverage.payor` (MM-07: an organization by reference, contained or by
/// identifier).
public struct Payor: Sendable, Hashable {
    /// The identifiers of the reference and of the organization that it refers to.
    public var identifiers: [Identifier]
    /// The organization's name, or failing that the reference's display.
    public var name: String?
    /// The reference to an organization of which nothing is known here; nil when there is none, when the organization
    /// is contained, and once it has been looked up (``resolved(_:)``).
    public var reference: String?

    /// Assembles values that were read earlier; an identifier's type codings are reduced to their codes.
    public init(identifiers: [Identifier], name: String?, reference: String?) {
        self.identifiers = identifiers.map(\.comparable)
        self.name = name
        self.reference = reference
    }

    /// Reads an item of `Coverage.payor`, and the organization that is contained in `coverage`.
    init(_ json: JSONValue, in coverage: Resource) {
        identifiers = json["identifier"].flatMap(Identifier.init).map { [$0] } ?? []
        name = json["display"]?.string
        reference = json["reference"]?.string
        guard let text = reference, text.hasPrefix("#") else { return }
        let contained = (coverage["contained"]?.elements ?? []).first { $0["id"]?.string == String(text.dropFirst()) }
        reference = nil
        if let contained { add(contained) }
    }

    /// This payor, with what the organization behind ``reference`` says of itself; unchanged when there is none.
    public func resolved(_ organization: Resource?) -> Payor {
        guard let organization else { return self }
        var payor = self
        payor.reference = nil
        payor.add(.object(organization.json))
        return payor
    }

    /// Whether this is `payer`; nil when it refers to an organization that cannot be looked up, and has no identifier
    /// or name of its own that would tell. Then nobody may take it for the payer.
    public func isPayer(_ payer: Party, source: ExchangeTerms.RecordSource) -> Bool? {
        let isOpaque = reference != nil && identifiers.isEmpty
        guard isOpaque else { return names(payer, source: source) }
        return name?.lowercased() == payer.organization.lowercased() ? true : nil
    }

    private mutating func add(_ organization: JSONValue) {
        identifiers += (organization["identifier"]?.elements ?? []).compactMap(Identifier.init)
        name = organization["name"]?.string ?? name
    }

    /// Whether this is `payer`, by identifier (CO-13 "for that payer", MM-08).
    ///
    /// - With an NPI, the NPI decides: it must be the payer's.
    /// - With identifiers of other kinds only, which cannot be compared, the name must be the payer's.
    /// - Without any identifier, a record from the payer's own server counts as the payer's; one from a file does not,
    ///   because a file may hold other plans' coverage too.
    public func names(_ payer: Party, source: ExchangeTerms.RecordSource) -> Bool {
        names(payer, isServed: source.isServed)
    }

    /// The same for a record about which only one thing is known: whether the payer's own server served it.
    public func names(_ payer: Party, isServed: Bool) -> Bool {
        let npis = identifiers.filter(\.isNPI)
        if !npis.isEmpty { return npis.allSatisfy { $0.value == payer.npi } }
        if !identifiers.isEmpty { return name?.lowercased() == payer.organization.lowercased() }
        return isServed
    }
}

extension Identifier {
    private static let npiSystems: Set<String> = ["http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6"]

    /// Whether it is a National Provider Identifier, in either spelling of the system.
    public var isNPI: Bool { system.map(Self.npiSystems.contains) ?? false }
}
