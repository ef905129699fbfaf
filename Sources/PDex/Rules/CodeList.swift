/// Codes of code systems, each in full or as a prefix.
///
/// Dots and case do not count: `F10.20` of ICD-10-CM is also written `f1020`.
public struct CodeList: Sendable, Hashable {
    /// Some codes of systems that share them, such as the two spellings of one system.
    public struct Entry: Sendable, Hashable {
        /// The systems.
        public let systems: [String]
        /// Whole codes.
        public let codes: [String]
        /// Prefixes of codes.
        public let prefixes: [String]

        /// Lists codes of systems.
        public init(systems: [String], codes: [String], prefixes: [String] = []) {
            self.systems = systems
            self.codes = codes
            self.prefixes = prefixes
        }
    }

    /// The entries, in the order of their file.
    public let entries: [Entry]

    /// A list of those entries.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// How many codes and prefixes there are.
    public var count: Int { entries.reduce(0) { $0 + $1.codes.count + $1.prefixes.count } }

    /// A code without dots, in capitals.
    static func folded(_ code: String) -> String {
        let isFolded = code.utf8.allSatisfy {
            $0 != UInt8(ascii: ".") && !(UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0)
        }
        return isFolded ? code : code.uppercased().filter { $0 != "." }
    }
}
