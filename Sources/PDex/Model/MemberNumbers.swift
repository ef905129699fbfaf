/// How the numbers of a clinic and a payer correspond, as declared in `pdex.yaml`.
public struct MemberNumbers: Sendable, Hashable {
    /// Two identifier systems in which a person has the same value.
    public struct Pair: Sendable, Hashable {
        /// The system at the clinic.
        public let clinic: String
        /// The system at the payer.
        public let payer: String

        /// Pairs two systems.
        public init(clinic: String, payer: String) {
            self.clinic = clinic
            self.payer = payer
        }
    }

    /// The systems of subscriber ids at the clinic; empty means any.
    public var subscriberSystems: Set<String>
    /// The system of the payer's member ids, if declared; an id given without a system is taken to be from it.
    public var memberSystem: String?
    /// Systems with the same values on both sides.
    public var pairs: [Pair]
    /// The systems of ``table``.
    public var tableSystems: Pair?
    /// The clinic's record numbers, each with the payer's member numbers that belong to it.
    public var table: [String: Set<String>] {
        didSet { tableDigest = Self.digest(table) }
    }
    /// A digest that tells one ``table`` from another, whatever the order of its rows.
    public private(set) var tableDigest: Int64

    /// Every system that is declared as one of the payer's numbers.
    public var payerSystems: Set<String> {
        subscriberSystems.union(pairs.map(\.payer)).union([tableSystems?.payer, memberSystem].compactMap(\.self))
    }

    private static func digest(_ table: [String: Set<String>]) -> Int64 {
        table.reduce(0) { sum, row in
            row.value.reduce(sum) { $0 &+ digest(row.key + "\u{1f}" + $1) }
        }
    }

    /// FNV-1a: the same in every process, and quick enough for a million rows.
    private static func digest(_ text: String) -> Int64 {
        Int64(bitPattern: text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }

    /// Declares nothing by default.
    public init(
        subscriberSystems: Set<String> = [], pairs: [Pair] = [], tableSystems: Pair? = nil,
        table: [String: Set<String>] = [:], memberSystem: String? = nil
    ) {
        self.subscriberSystems = subscriberSystems
        self.pairs = pairs
        self.tableSystems = tableSystems
        self.table = table
        tableDigest = Self.digest(table)
        self.memberSystem = memberSystem
    }
}
