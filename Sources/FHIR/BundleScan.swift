/// The parts of a Bundle that reading a page needs, found in one pass over its bytes; resources stay exactly as
/// written.
///
/// The whole document is checked on the way, so that every range holds acceptable JSON.
public struct BundleScan: Sendable, Equatable {
    /// One entry that holds a resource.
    public struct Entry: Sendable, Equatable {
        /// Where the resource is in the bytes.
        public let resource: Range<Int>
        /// `search.mode` as written; nil when absent.
        public let mode: String?
    }

    /// One link.
    public struct Link: Sendable, Equatable {
        /// Such as `self` or `next`.
        public let relation: String
        /// The URL as written.
        public let url: String
    }

    /// `Bundle.type`; empty when absent.
    public private(set) var type = ""
    /// `Bundle.total`; nil when absent or not a whole number of at least 0.
    public private(set) var total: Int?
    /// The links in order.
    public private(set) var links: [Link] = []
    /// The entries that hold a resource, in order.
    public private(set) var entries: [Entry] = []
    /// Whether there is a next page but no text says where: then these results are incomplete.
    public private(set) var hasNextWithoutURL = false
    /// How many matches hold no resource.
    public private(set) var emptyMatches = 0

    /// The URL of the first link with that relation.
    public func link(_ relation: String) -> String? {
        links.first { $0.relation == relation }?.url
    }

    /// Scans one Bundle. Throws ``ScanError/notAResource`` for anything else.
    public static func scan(_ bytes: [UInt8], limits: JSONLimits = .fhir) throws(ScanError) -> BundleScan {
        try bytes.withUnsafeBufferPointer { (buffer) throws(ScanError) in
            try scan(UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }

    /// Scans one Bundle; the ranges are places in `bytes`.
    public static func scan(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .fhir
    ) throws(ScanError) -> BundleScan {
        var bundle = BundleScan()
        var resourceType: String?
        var cursor = JSONCursor(bytes)
        do throws(JSONError) {
            try cursor.readDocument(limits) { (cursor, levels) throws(JSONError) in
                guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels) }
                try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
                    switch cursor.reader.text(name) {
                    case "resourceType": resourceType = try cursor.readText(levels - 1)
                    case "type": bundle.type = try cursor.readText(levels - 1) ?? ""
                    case "total": bundle.total = try cursor.readCount(levels - 1)
                    case "link": try bundle.readLinks(&cursor, levels - 1)
                    case "entry": try bundle.readEntries(&cursor, levels - 1)
                    default: try cursor.skipValue(levels - 1)
                    }
                }
            }
        } catch {
            throw .json(error)
        }
        guard resourceType == "Bundle" else { throw .notAResource }
        return bundle
    }

    private mutating func readLinks(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        var links: [Link] = []
        var lacksURL = false
        try cursor.readObjects(levels) { (cursor, levels) throws(JSONError) in
            var relation: String?
            var url: String?
            try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
                switch cursor.reader.text(name) {
                case "relation": relation = try cursor.readText(levels - 1)
                case "url": url = try cursor.readText(levels - 1)
                default: try cursor.skipValue(levels - 1)
                }
            }
            if let relation, let url { links.append(Link(relation: relation, url: url)) }
            if relation == "next", url == nil { lacksURL = true }
        }
        self.links = links
        hasNextWithoutURL = lacksURL
    }

    private mutating func readEntries(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        var entries: [Entry] = []
        var empty = 0
        try cursor.readObjects(levels) { (cursor, levels) throws(JSONError) in
            var resource: Range<Int>?
            var mode: String?
            try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
                switch cursor.reader.text(name) {
                case "resource":
                    let start = cursor.reader.position
                    let isObject = cursor.reader.current == UInt8(ascii: "{")
                    try cursor.skipValue(levels - 1)
                    if isObject { resource = start..<cursor.reader.position }
                case "search": mode = try cursor.readMode(levels - 1)
                default: try cursor.skipValue(levels - 1)
                }
            }
            if let resource {
                entries.append(Entry(resource: resource, mode: mode))
            } else if mode == "match" {
                empty += 1
            }
        }
        self.entries = entries
        emptyMatches = empty
    }
}

extension JSONCursor {
    /// Reads any value; if it is a list of objects, or one object without its list, `object` is called to read each.
    fileprivate mutating func readObjects(
        _ levels: Int, _ object: (inout JSONCursor, Int) throws(JSONError) -> Void
    ) throws(JSONError) {
        // Some writers omit the brackets around a single link or entry: it must not be lost silently.
        if reader.current == UInt8(ascii: "{") { return try object(&self, levels) }
        guard reader.current == UInt8(ascii: "[") else { return try skipValue(levels) }
        try readArray(levels) { (cursor) throws(JSONError) in
            guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels - 1) }
            try object(&cursor, levels - 1)
        }
    }

    /// Reads any value; returns its `mode` when it is an object with one.
    fileprivate mutating func readMode(_ levels: Int) throws(JSONError) -> String? {
        guard reader.current == UInt8(ascii: "{") else {
            try skipValue(levels)
            return nil
        }
        var mode: String?
        try readObject(levels) { (cursor, name) throws(JSONError) in
            guard cursor.reader.text(name) == "mode" else { return try cursor.skipValue(levels - 1) }
            mode = try cursor.readText(levels - 1)
        }
        return mode
    }

    /// Reads any value; returns the number when it is whole and at least 0.
    fileprivate mutating func readCount(_ levels: Int) throws(JSONError) -> Int? {
        let start = reader.position
        try skipValue(levels)
        let number = Int(String(decoding: reader.slice(start, reader.position), as: UTF8.self))
        return number.flatMap { $0 >= 0 ? $0 : nil }
    }
}
