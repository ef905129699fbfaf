import FHIR
import Foundation
import PDex

/// A payer's roster in CSV: checked completely before any of it is used (CO-13; nothing half done).
struct RosterFile {
    let path: String
    let writer: RosterWriter

    private static let chunkBytes = 256 << 10
    private static let batchBytes = 2 << 20

    /// Reads everything without using it. Throws `roster.invalid` for a wrong header, `config.missing` when the file
    /// cannot be read.
    func check() throws -> RosterReport {
        var report = RosterReport()
        var known = RosterMembers()
        try records { row, line in
            switch row {
            case .success(let row):
                try known.note(row, patientID: writer.patientID(of: row), at: line)
                report.accept()
            case .failure(let refusal): report.refuse(RosterFlaw(line: line, reason: refusal.reason))
            }
        }
        try known.contradictions { report.withdraw($0) }
        return report
    }

    /// Passes on the Patients and Coverages, in parts.
    func read(_ deliver: (LineBatch) async throws -> Void) async throws {
        var reading = try Reading(path: path, columns: writer.columns)
        var held = LineBuffer()
        while try reading.next({ row, line in
            guard case .success(let row) = row else { throw Self.changed }
            for json in [writer.patient(row), writer.coverage(row)] {
                json.serialized().withUnsafeBytes { held.append(line: $0) }
            }
        }) {
            if held.bytes.count >= Self.batchBytes { try await deliver(held.take()) }
        }
        try await deliver(held.take())
    }

    /// Each record after the header, or why it is refused.
    private func records(_ body: (Result<RosterRow, RosterRow.Refusal>, Int) throws -> Void) throws {
        var reading = try Reading(path: path, columns: writer.columns)
        while try reading.next(body) {}
    }

    private static let changed = Fault(
        .rosterInvalid, .halt, "the roster changed while it was being read",
        hint: "put the new file in place by renaming it, and run again")

    /// The file and how far it has been read.
    private struct Reading {
        let handle: FileHandle
        let columns: RosterColumns
        var reader = CSVReader()
        var header: RosterHeader?
        var isAtEnd = false

        init(path: String, columns: RosterColumns) throws {
            guard let handle = FileHandle(forReadingAtPath: path) else { throw RosterFile.unreadable }
            self.handle = handle
            self.columns = columns
        }

        /// Reads the next chunk; false after the last.
        mutating func next(_ body: (Result<RosterRow, RosterRow.Refusal>, Int) throws -> Void) throws -> Bool {
            guard !isAtEnd else { return false }
            var header = header
            let columns = columns
            func take(_ record: CSVReader.Record) throws {
                guard let known = header else {
                    header = try RosterHeader(record.fields ?? [], columns)
                    return
                }
                guard let fields = record.fields else {
                    return try body(.failure(.init(record.flaw ?? "it is no record")), record.line)
                }
                try body(Result { () throws(RosterRow.Refusal) in try RosterRow(fields, known) }, record.line)
            }
            let chunk: Data?
            do { chunk = try handle.read(upToCount: RosterFile.chunkBytes) } catch { throw RosterFile.unreadable }
            if let chunk, !chunk.isEmpty {
                try chunk.withUnsafeBytes { try reader.append($0, take) }
            } else {
                try reader.finish(take)
                isAtEnd = true
                try? handle.close()
                if header == nil { header = try RosterHeader([], columns) }
            }
            self.header = header
            return !isAtEnd
        }
    }

    private static let unreadable = Fault(
        .configMissing, .stop, "the payer's roster cannot be read", hint: "check coverage.csv of the payer in pdex.yaml"
    )
}
