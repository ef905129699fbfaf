/// The elements of one R4 resource type, by their path from the resource.
struct R4Elements: Sendable {
    /// What R4 says about one element.
    struct Element: Sendable, Hashable {
        /// Whether it may repeat, so that JSON has a list.
        let isRepeating: Bool
        /// The types of a choice element (`effective[x]`), empty for any other.
        let choiceTypes: [String]
    }

    /// The resource type.
    let type: String
    /// The elements by path, choice elements without `[x]`.
    let elements: [String: Element]

    /// The elements of a type, or nil when mappings of that type are not supported.
    static func of(_ type: String) -> R4Elements? {
        (listings[type] ?? orderListings[type]).map { R4Elements(type, listing: $0) }
    }

    /// The types that a mapping may be written for.
    static var types: [String] { (Array(listings.keys) + orderListings.keys).sorted() }

    private init(_ type: String, listing: String) {
        self.type = type
        var elements: [String: Element] = [:]
        for word in (listing + common).split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let isRepeating = word.hasSuffix("*")
            let parts = word.prefix { $0 != "*" && $0 != "]" }.split(separator: "[")
            let types = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
            elements[String(parts[0])] = Element(isRepeating: isRepeating, choiceTypes: types)
        }
        self.elements = elements
    }

    /// The JSON names of a first-level element: one, or one for each type of a choice.
    func keys(of name: String) -> [String] {
        guard let element = elements[name], !element.choiceTypes.isEmpty else { return [name] }
        return element.choiceTypes.map { name + $0.prefix(1).uppercased() + $0.dropFirst() }
    }

    /// The element that a path of JSON names leads to: `effectiveDateTime` leads to `effective`.
    func element(at path: String) -> Element? {
        if let element = elements[path] { return element.choiceTypes.isEmpty ? element : nil }
        return choice(of: path).map { _ in Element(isRepeating: false, choiceTypes: []) }
    }

    private func choice(of path: String) -> String? {
        elements.first { name, element in
            element.choiceTypes.contains { name + $0.prefix(1).uppercased() + $0.dropFirst() == path }
        }?.key
    }

    /// Whether a path goes into a data type, such as `name.family`, whose elements are not listed.
    func isLeaf(_ path: String) -> Bool {
        !elements.keys.contains { $0.hasPrefix(path + ".") }
    }
}

/// The elements that every resource may have in addition to its own.
private let common = " language text contained* extension*"
