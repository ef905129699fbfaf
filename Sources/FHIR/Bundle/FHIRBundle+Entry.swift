extension FHIRBundle {
    /// One entry: a resource, a request about it, or the server's answer.
    public struct Entry: Sendable, Hashable {
        /// The absolute address or `urn:uuid:` of the resource.
        public var fullURL: String?
        /// The resource.
        public var resource: Resource?
        /// Why a search gave it: `match`, `include` or `outcome`.
        public var searchMode: String?
        /// What a transaction or batch asks for.
        public var request: Request?
        /// What was answered.
        public var response: Response?

        /// Reads an entry; throws when its `resource` is not one.
        init(_ json: JSONValue) throws(ResourceError) {
            guard json.object != nil else { throw .notAnObject }
            fullURL = json["fullUrl"]?.string
            if let inner = json["resource"] { resource = try Resource(inner) }
            searchMode = json["search"]?["mode"]?.string
            request = json["request"].flatMap { Request($0) }
            response = json["response"].flatMap { Response($0) }
        }
    }

    /// What a transaction or batch asks for.
    public struct Request: Sendable, Hashable {
        /// The HTTP verb.
        public var method: String
        /// The address, relative to the server's base.
        public var url: String
        /// The condition of a conditional create, a query.
        public var ifNoneExist: String?
        /// The version that an update expects, an ETag.
        public var ifMatch: String?

        /// Reads a request; nil without a verb and an address.
        init?(_ json: JSONValue) {
            guard let method = json["method"]?.string, let url = json["url"]?.string else { return nil }
            self.method = method
            self.url = url
            ifNoneExist = json["ifNoneExist"]?.string
            ifMatch = json["ifMatch"]?.string
        }
    }

    /// What was answered to one entry.
    public struct Response: Sendable, Hashable {
        /// The HTTP status, `201` or `201 Created`.
        public var status: String
        /// Where the resource is now.
        public var location: String?
        /// The version it has now.
        public var etag: String?
        /// When it changed.
        public var lastModified: Instant?
        /// What the server had to say.
        public var outcome: OperationOutcome?

        /// Reads a response; nil without a status.
        init?(_ json: JSONValue) {
            guard let status = json["status"]?.string else { return nil }
            self.status = status
            location = json["location"]?.string
            etag = json["etag"]?.string
            lastModified = json["lastModified"]?.string.flatMap { Instant($0) }
            outcome = json["outcome"].flatMap { OperationOutcome($0) }
        }

        /// The numeric status, 100 to 599; nil when the text does not start with one.
        public var statusCode: Int? {
            let digits = status.prefix { $0.isASCII && $0.isNumber }
            guard digits.utf8.count == 3, let code = Int(digits), (100...599).contains(code) else { return nil }
            return code
        }
    }
}
