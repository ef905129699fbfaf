/// The types of R4 that expressions meet in an exchange, with their elements (FHIR R4 §2.24).
///
/// All data types are here, and the resources of US Core, HRex, PDex and related ones; in other resources an element's
/// type is guessed from its JSON. Read once, when the first expression asks for a type.
enum R4Types {
    /// The name of each type; the first is for none.
    static var names: [String] { catalogue.names }
    /// The base type of each type.
    static var bases: [R4Type] { catalogue.bases }

    /// The type with that name.
    static func named(_ name: String) -> R4Type? {
        catalogue.types[name]
    }

    /// Whether the elements of a type are known, and not only its name.
    static func isDescribed(_ type: R4Type) -> Bool {
        catalogue.described.contains(type)
    }

    /// The types of elements with a name, by the type that holds them.
    static func types(ofElement name: String) -> [R4Type: R4Type] {
        catalogue.elements[name] ?? [:]
    }

    /// The names of the elements of a type, sorted.
    static func elementNames(of type: R4Type) -> [String] {
        catalogue.elements.filter { $0.value[type] != nil }.keys.sorted()
    }

    private static let catalogue = Catalogue(
        [primitives, structures, resourcesAToD, resourcesEToM, resourcesNToZ].joined(separator: " "))

    /// R4's primitive types and their base types.
    static let primitives = """
        Element< base64Binary<Element boolean<Element canonical<uri code<string date<Element dateTime<Element
        decimal<Element id<string instant<Element integer<Element markdown<string oid<uri positiveInt<integer
        string<Element time<Element unsignedInt<integer uri<Element url<uri uuid<uri xhtml<Element
        """

    private struct Catalogue {
        var names = [""]
        var bases = [R4Type.unknown]
        var types: [String: R4Type] = [:]
        var elements: [String: [R4Type: R4Type]] = [:]
        var described: Set<R4Type> = []

        init(_ text: String) {
            let words = text.split(whereSeparator: \.isWhitespace)
            for word in words {
                guard let head = word.firstIndex(of: "<") else { continue }
                let type = self.type(String(word[..<head]))
                let base = word[word.index(after: head)...]
                if !base.isEmpty { bases[Int(type.index)] = self.type(String(base)) }
            }
            for name in FHIRTypes.resources where types[name] == nil {
                bases[Int(type(name).index)] = type("DomainResource")
            }
            readElements(words)
            inherit()
        }

        private mutating func readElements(_ words: [Substring]) {
            var holder = R4Type.unknown
            for word in words {
                if let head = word.firstIndex(of: "<") {
                    holder = type(String(word[..<head]))
                    described.insert(holder)
                } else if let colon = word.firstIndex(of: ":") {
                    let kind = word[..<colon]
                    for name in word[word.index(after: colon)...].split(separator: ",") {
                        let full = kind == "." ? names[Int(holder.index)] + "." + name : String(kind)
                        elements[String(name), default: [:]][holder] = type(full)
                    }
                }
            }
        }

        /// Gives each type the elements of its base types: from the base down, as few types have any below them.
        private mutating func inherit() {
            var heirs: [R4Type: [R4Type]] = [:]
            for index in names.indices.dropFirst() where bases[index] != .unknown {
                heirs[bases[index], default: []].append(R4Type(index: UInt16(index)))
            }
            for (name, byHolder) in elements {
                var inherited = byHolder
                for (holder, type) in byHolder {
                    var below = heirs[holder] ?? []
                    while let heir = below.popLast() {
                        // A type that declares the element itself passes its own down.
                        guard byHolder[heir] == nil else { continue }
                        inherited[heir] = type
                        below += heirs[heir] ?? []
                    }
                }
                if inherited.count > byHolder.count { elements[name] = inherited }
            }
        }

        private mutating func type(_ name: String) -> R4Type {
            if let type = types[name] { return type }
            let type = R4Type(index: UInt16(names.count))
            names.append(name)
            bases.append(.unknown)
            types[name] = type
            return type
        }
    }
}
