/// The meaning of a payer's roster columns, as declared in `pdex.yaml` (CO-13): nothing is inferred from their names.
public struct RosterColumns: Sendable, Hashable {
    /// What a column may hold.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        case memberID = "member-id"
        case subscriberID = "subscriber-id"
        case recordNumber = "record-number"
        case patientID = "patient-id"
        case family
        case given
        case middle
        case suffix
        case birthDate = "birth-date"
        case gender
        case line
        case city
        case state
        case postalCode = "postal-code"
        case status
        case starts
        case ends
        case order
        case relationship
        case plan

        /// Whether a roster must have it.
        public var isRequired: Bool { [.memberID, .family, .given, .birthDate].contains(self) }
    }

    /// The name of the column that holds a field.
    public let columns: [Field: String]
    /// Columns that exist but are not read.
    public let ignored: [String]
    /// The identifier systems of the numbers.
    public let systems: [Field: String]

    /// Declares the columns of a roster.
    public init(columns: [Field: String], ignored: [String] = [], systems: [Field: String] = [:]) {
        self.columns = columns
        self.ignored = ignored
        self.systems = systems
    }

    /// Every column that the file must have; it may have no others.
    public var expected: Set<String> { Set(columns.values).union(ignored) }
}
