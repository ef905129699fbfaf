/// A FHIR `Bundle`: a page of a search, or what a server answered to a transaction.
public struct FHIRBundle: Sendable, Hashable {
    /// A link of the bundle, for example to the next page.
    public struct Link: Sendable, Hashable {
        /// What the link is to: `self`, `next`, …
        public var relation: String
        /// Where it leads; external text, to be checked before it is followed.
        public var url: String
    }

    /// `searchset`, `transaction-response`, …; empty when the bundle does not say.
    public var type: String

    /// How many matches the server reports; nil when it does not say or says nonsense.
    public var total: Int?

    /// The links in their order.
    public var links: [Link]

    /// The entries in their order.
    public var entries: [Entry]

    /// Reads a `Bundle`; throws when it is not one, or when an entry's `resource` is not a resource.
    public init(_ json: JSONValue) throws(ResourceError) {
        let resource = try Resource(json)
        guard resource.type == "Bundle" else { throw .invalidType }
        type = resource["type"]?.string ?? ""
        total = resource["total"]?.number?.int.flatMap { $0 >= 0 ? $0 : nil }
        links = (resource["link"]?.elements ?? []).compactMap { link in
            guard let relation = link["relation"]?.string, let url = link["url"]?.string else { return nil }
            return Link(relation: relation, url: url)
        }
        entries = []
        for entry in resource["entry"]?.elements ?? [] { entries.append(try Entry(entry)) }
    }

    /// The URL of the first link with that relation.
    public func link(_ relation: String) -> String? {
        links.first { $0.relation == relation }?.url
    }
}
