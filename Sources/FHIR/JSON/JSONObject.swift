/// A JSON object: members in the order they were written, no name twice.
///
/// Members are found by walking the array, which beats hashing for the 5 to 30 members of a FHIR element.
public struct JSONObject: Sendable, Hashable {
    /// A name and its value.
    public struct Member: Sendable, Hashable {
        /// The name.
        public let key: String
        /// The value under that name.
        public var value: JSONValue

        /// A member of an object.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }

        /// Whether both would be written with the same bytes.
        public static func == (left: Member, right: Member) -> Bool {
            left.key.hasSameBytes(as: right.key) && left.value == right.value
        }
    }

    /// Up to this many members, each is compared with those before it; hashing would cost more.
    private static let fewMembers = 16

    /// The members in their order.
    public private(set) var members: [Member]

    /// An object without members.
    public init() {
        members = []
    }

    /// An object of these members; of several with the same name the first stays.
    public init(members: [Member]) {
        guard members.count <= Self.fewMembers else {
            var seen = Set<[UInt8]>(minimumCapacity: members.count)
            self.members = members.filter { seen.insert([UInt8]($0.key.utf8)).inserted }
            return
        }
        var distinct = members
        var place = 1
        while place < distinct.count {
            let key = distinct[place].key
            if distinct[..<place].contains(where: { $0.key.hasSameBytes(as: key) }) {
                distinct.remove(at: place)
            } else {
                place += 1
            }
        }
        self.members = distinct
    }

    /// An object of members whose names the parser has found to be distinct.
    init(distinct members: [Member]) {
        self.members = members
    }

    /// The value under a name. Setting replaces it in its place or appends it; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get {
            guard let index = index(of: key) else { return nil }
            return members[index].value
        }
        set {
            switch (index(of: key), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The names in their order.
    public var keys: [String] { members.map(\.key) }

    /// Keeps the members whose name the predicate accepts, in their order.
    public mutating func keep(where isKept: (String) -> Bool) {
        members.removeAll { !isKept($0.key) }
    }

    /// Lets `body` change every value in place; names and order stay.
    mutating func updateValues(_ body: (inout JSONValue) throws -> Void) rethrows {
        for index in members.indices { try body(&members[index].value) }
    }

    private func index(of key: String) -> Int? {
        members.firstIndex { $0.key.hasSameBytes(as: key) }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object written in code; of two members with the same name the first stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(members: elements.map { Member(key: $0.0, value: $0.1) })
    }
}
