import FHIR
import FoundationEssentials
import GRDB
import PDex

extension Row {
    func integer(_ column: Int) throws -> Int { try decode(Int.self, atIndex: column) }

    func text(_ column: Int) throws -> String { try decode(String.self, atIndex: column) }

    func optionalText(_ column: Int) throws -> String? { try decode(String?.self, atIndex: column) }

    func key(_ column: Int) throws -> ResourceKey { ResourceKey(bits: try decode(Int64.self, atIndex: column)) }

    func instant(_ column: Int) throws -> Instant {
        Instant(milliseconds: try decode(Int64.self, atIndex: column))
    }

    func optionalInstant(_ column: Int) throws -> Instant? {
        try decode(Int64?.self, atIndex: column).map { Instant(milliseconds: $0) }
    }

    /// Copies a BLOB once.
    func bytes(_ column: Int) throws -> [UInt8] {
        try withUnsafeData(atIndex: column) { data in
            guard let data else { throw Fault.unreadableRow }
            return [UInt8](data)
        }
    }

    /// Reads a raw value of one of our enumerations.
    func word<Word: RawRepresentable>(_ column: Int, as type: Word.Type) throws -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try text(column)) else { throw Fault.unreadableRow }
        return word
    }

    /// Reads a fault code, if there is one.
    func faultCode(_ column: Int) throws -> FaultCode? {
        guard let text = try optionalText(column) else { return nil }
        guard let code = FaultCode(rawValue: text) else { throw Fault.unreadableRow }
        return code
    }
}
