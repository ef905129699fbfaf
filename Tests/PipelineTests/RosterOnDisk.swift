import Foundation
import PDex
import PDexTesting

@testable import Pipeline

/// A roster in a folder of its own, with the columns that the tests declare.
final class RosterOnDisk {
    static let header = "MEMBER,PID,LAST,FIRST,DOB,SEX,FROM,TO,NOTE"
    static let joe = "M0-1,m-joe,SMITH,Joe,1979-04-02,unknown,2026-01-01,2026-12-31,x"
    static let ada = "M0-2,m-ada,Okafor,\"Ada\",1984-12-10,unknown,2026-01-01,2026-12-31,\"y,z\""
    static let columns = RosterColumns(
        columns: [
            .memberID: "MEMBER", .patientID: "PID", .family: "LAST", .given: "FIRST", .birthDate: "DOB",
            .gender: "SEX", .starts: "FROM", .ends: "TO",
        ], ignored: ["NOTE"], systems: [.memberID: "https://med0.example/fhir/member-id"])

    let path: String
    private let place: TemporaryPlace

    init(_ lines: [String], header: String = RosterOnDisk.header) throws {
        place = try TemporaryPlace()
        path = place.path + ".csv"
        try write(lines, header: header)
    }

    func write(_ lines: [String], header: String = RosterOnDisk.header) throws {
        let text = ([header] + lines).joined(separator: "\r\n") + "\r\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    var source: ExchangeTerms.RecordSource { .roster(path, Self.columns) }

    func file(_ terms: ExchangeTerms, _ identities: Identities) -> RosterFile {
        RosterFile(path: path, writer: RosterWriter(terms: terms, columns: Self.columns, identities: identities))
    }
}
