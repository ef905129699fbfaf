import FHIR
import Foundation
import PDex

/// A folder with a subfolder for each export of a payer's data, named by the payer's time, with an `export.json`.
///
/// An export is there completely or not at all: it is written under another name, and gets its own when everything has
/// come. Only the owner may read it.
struct ExportFolder: Sendable {
    let path: String

    private static let index = "export.json"
    private static let unfinished = ".unfinished"
    private static let mostIndexBytes = 1 << 20

    /// The payer's time of the latest export here of that Group, those members and those types, of which nothing is
    /// missing before: from then on a delta goes (DX-03). Another Group may have members of whom nothing has come, and so
    /// may an export of some who could be asked for at that time.
    func latest(of payer: String, _ request: ExportRequest) -> Instant? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.compactMap { name -> Instant? in
            guard let data = FileManager.default.contents(atPath: "\(path)/\(name)/\(Self.index)"),
                data.count <= Self.mostIndexBytes, let json = try? JSONParser.parse(Array(data)),
                json["payer"]?.string == payer, json["whole"]?.bool == true, json["gapless"]?.bool == true,
                json["until"]?.string == nil, json["group"]?.string == request.groupID,
                json["types"]?.elements.map(\.string) == request.types.sorted(),
                Self.reaches(json["patients"], request.patients)
            else { return nil }
            return json["transactionTime"]?.string.flatMap { Instant($0) }
        }.max()
    }

    /// Whether an export holds all of these members; none are all of the Group. One that does not say whom it was made
    /// for is of all.
    private static func reaches(_ held: JSONValue?, _ patients: [String]) -> Bool {
        guard let held = held?.array else { return true }
        return !patients.isEmpty && Set(held.compactMap(\.string)).isSuperset(of: patients)
    }

    /// Where an export is while it comes; what an earlier attempt left there is gone. Throws `config.invalid`.
    func begin() throws -> String {
        let place = "\(path)/\(Self.unfinished)"
        try? FileManager.default.removeItem(atPath: place)
        do {
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw unwritable
        }
        return place
    }

    /// Opens a file of the export for writing. Throws `config.invalid`.
    func file(_ name: String) throws -> FileHandle {
        let place = "\(path)/\(Self.unfinished)/\(name)"
        guard
            FileManager.default.createFile(
                atPath: place, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: place)
        else { throw unwritable }
        return handle
    }

    /// Gives the export its name, and returns its path; if the same export is already there, that one stays.
    func end(_ index: JSONValue, at transactionTime: Instant) throws -> String {
        let name = "\(path)/" + transactionTime.text.replacing(":", with: "-")
        var place = name
        var number = 1
        // Payers state the time of their last load, which many exports may share.
        while FileManager.default.fileExists(atPath: place), !holds(index, place) {
            number += 1
            place = "\(name)-\(number)"
        }
        do {
            let handle = try file(Self.index)
            try handle.write(contentsOf: index.serialized())
            try handle.synchronize()
            try handle.close()
            if FileManager.default.fileExists(atPath: place) {
                try FileManager.default.removeItem(atPath: "\(path)/\(Self.unfinished)")
            } else {
                try FileManager.default.moveItem(atPath: "\(path)/\(Self.unfinished)", toPath: place)
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw unwritable
        }
        return place
    }

    private func holds(_ index: JSONValue, _ place: String) -> Bool {
        FileManager.default.contents(atPath: "\(place)/\(Self.index)").map(Array.init) == index.serialized()
    }

    var unwritable: Fault {
        Fault(
            .configInvalid, .stop, "the folder for the payer's data cannot be written",
            hint: "name a folder that you may write to, with room for the export")
    }
}

extension ExportRequest {
    /// The Group's id; empty at any other level.
    var groupID: String { if case .group(let id) = level { id } else { "" } }
}
