import Foundation
import GRDB
import PDex

@testable import PDexCLI
@testable import SQLiteStore

/// Images of a recorded store after power cuts, each opened by the product.
struct PowerCuts {
    /// The results.
    struct Figures: CustomStringConvertible {
        let name: String
        var images = 0
        /// Images that lack a commit that had returned.
        var losing = 0
        /// Images that the product refuses, finds damaged, or that match no commit's state.
        var damaged = 0
        /// A description of the first of them.
        var first = ""

        var description: String {
            "powercuts: \(name): \(images) images, \(losing) lost a commit, \(damaged) damaged\(first)"
        }
    }

    let recording: DiskRecording
    let place: String
    /// The store's state after each number of commits.
    private let states: [Int]

    init(_ recording: DiskRecording, in place: String) async throws {
        self.recording = recording
        self.place = place
        var states = [try await Self.state(of: [:], in: place)]
        var disk = Disk()
        let commits = Set(recording.commits)
        for (index, event) in recording.events.enumerated() {
            disk.take(event)
            if commits.contains(index) { states.append(try await Self.state(of: disk.whole(), in: place)) }
        }
        self.states = states
    }

    /// How many of the states differ: if none did, no loss could be noticed.
    var distinctStates: Int { Set(states).count }

    /// Cuts the power at that many random places.
    func figures(_ count: Int, seed: UInt64, _ obedience: Disk.Obedience) async throws -> Figures {
        var figures = Figures(name: "\(obedience) syncs kept, seed \(seed)")
        var chance = Chance(seed: seed)
        let cuts = (0..<count).map { _ in chance.below(recording.events.count) }.sorted()
        var disk = Disk(obedience)
        var next = cuts.startIndex
        for (index, event) in recording.events.enumerated() {
            disk.take(event)
            while next < cuts.endIndex, cuts[next] == index {
                let cut = Disk.Cut.allCases[chance.below(Disk.Cut.allCases.count)]
                await judge(disk.image(after: cut, &chance), at: index, "\(cut)", &figures)
                next += 1
            }
        }
        return figures
    }

    private func judge(_ image: [String: [UInt8]], at index: Int, _ cut: String, _ figures: inout Figures) async {
        figures.images += 1
        // A commit returns at the earliest with the next event.
        let returned = recording.commits.count { $0 < index }
        var words: String?
        do {
            let state = try await Self.state(of: image, in: place)
            if let found = states.lastIndex(of: state) {
                if found < returned {
                    figures.losing += 1
                    words = "commit \(found) of \(returned)"
                }
            } else {
                figures.damaged += 1
                words = "a state that no commit made"
            }
        } catch {
            figures.damaged += 1
            words = "\(error)"
        }
        if let words, figures.first.isEmpty { figures.first = "; first at event \(index), \(cut) left: \(words)" }
    }

    /// What the product finds in an image, as one number.
    private static func state(of image: [String: [UInt8]], in place: String) async throws -> Int {
        let folder = place + "/image"
        let files = FileManager.default
        try files.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? files.removeItem(atPath: folder) }
        for (suffix, bytes) in image {
            _ = files.createFile(
                atPath: folder + "/pdex.db" + suffix, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        }
        let store = try SQLiteExchangeStore.open(path: folder + "/pdex.db", digests: Assembly.digests)
        let findings = try await store.check()
        if let finding = findings.first {
            throw Fault(.storeCorrupt, .stop, finding.message, hint: "look at the image")
        }
        return try await store.database.read { database in
            var hasher = Hasher()
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            for table in tables {
                hasher.combine(table)
                for row in try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\"") {
                    hasher.combine(Array(row.databaseValues))
                }
            }
            return hasher.finalize()
        }
    }
}
