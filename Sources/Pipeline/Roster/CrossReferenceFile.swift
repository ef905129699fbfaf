import Foundation
public import PDex

/// A CSV file that maps a clinic's record numbers to a payer's member numbers.
///
/// It is held in memory, about 200 bytes per line. Contradictions are not errors: a number with two partners leads to
/// two members, and that is parked.
public struct CrossReferenceFile: Sendable {
    private let path: String
    private let clinicColumn: String
    private let payerColumn: String

    private static let chunkBytes = 256 << 10

    /// The file at `path`, and the names of its two columns; others are ignored.
    public init(path: String, clinicColumn: String, payerColumn: String) {
        self.path = path
        self.clinicColumn = clinicColumn
        self.payerColumn = payerColumn
    }

    /// The payer's numbers by the clinic's. Throws `config.missing` and `roster.invalid`.
    public func load() throws(Fault) -> [String: Set<String>] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable }
        defer { try? handle.close() }
        var reader = CSVReader()
        var places: (clinic: Int, payer: Int)?
        var table: [String: Set<String>] = [:]
        var flaw: String?
        func take(_ record: CSVReader.Record) {
            guard let fields = record.fields else {
                flaw = flaw ?? "line \(record.line): \(record.flaw ?? "it is no record")"
                return
            }
            guard let places else {
                if let clinic = fields.firstIndex(of: clinicColumn), let payer = fields.firstIndex(of: payerColumn) {
                    places = (clinic, payer)
                } else {
                    flaw = flaw ?? "its first line does not name both columns"
                    places = (0, 0)
                }
                return
            }
            guard fields.count > max(places.clinic, places.payer), !fields[places.clinic].isEmpty,
                !fields[places.payer].isEmpty
            else {
                flaw = flaw ?? "line \(record.line): it lacks a number"
                return
            }
            table[fields[places.clinic], default: []].insert(fields[places.payer])
        }
        do {
            while let chunk = try handle.read(upToCount: Self.chunkBytes), !chunk.isEmpty {
                chunk.withUnsafeBytes { reader.append($0, take) }
            }
        } catch { throw unreadable }
        reader.finish(take)
        guard flaw == nil, places != nil else {
            throw Fault(
                .rosterInvalid, .halt, "the cross-reference cannot be used: \(flaw ?? "it is empty")",
                hint: "correct the file, or match.cross-reference of the payer in pdex.yaml")
        }
        return table
    }

    private var unreadable: Fault {
        Fault(
            .configMissing, .stop, "the cross-reference of record numbers cannot be read: \(path)",
            hint: "check match.cross-reference.file of the payer in pdex.yaml")
    }
}
