import FHIR
import Foundation
import PDex
import PDexTesting

/// A payer's roster of a clinic's patients: in another order, in capitals, without diacritics and hyphens, and with a
/// mistake in every tenth line and a nickname's initial in another.
final class RosterOfPatients {
    static let columns = RosterColumns(columns: [
        .memberID: "ID", .family: "LAST", .given: "FIRST", .birthDate: "DOB", .gender: "SEX", .city: "CITY",
        .state: "STATE", .postalCode: "ZIP",
    ])

    let path: String
    private let place: TemporaryPlace

    init(_ patients: [Resource]) throws {
        place = try TemporaryPlace()
        path = place.path + ".csv"
        var lines = patients.enumerated().map { Self.line($0, $1) }
        // Another order, the same every time.
        lines.sort { String($0.reversed()) < String($1.reversed()) }
        let text = (["ID,LAST,FIRST,DOB,SEX,CITY,STATE,ZIP"] + lines).joined(separator: "\r\n") + "\r\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// Whether somebody mistyped that line.
    static func hasSlip(_ index: Int) -> Bool { index % 10 == 3 || index % 10 == 7 }

    private static func line(_ index: Int, _ patient: Resource) -> String {
        let name = patient["name"]?[0]
        let address = patient["address"]?[0]
        var family = (name?["family"]?.string ?? "").uppercased()
        var given = name?["given"]?[0]?.string ?? ""
        if index % 10 == 3 { family += "X" }
        if index % 10 == 7 { given = String(given.prefix(1)) }
        let state = address?["state"]?.string == "Massachusetts" ? "MA" : address?["state"]?.string ?? ""
        let fields = [
            "M\(index)", family.folding(options: .diacriticInsensitive, locale: nil), given,
            patient["birthDate"]?.string ?? "", (patient["gender"]?.string ?? "").prefix(1).uppercased(),
            (address?["city"]?.string ?? "").uppercased(), state, address?["postalCode"]?.string ?? "",
        ]
        return fields.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
    }
}
