import FHIR
import Foundation
import PDexTesting
import Testing

/// `kill -9` of the program itself while one request of a pull is under way (reliability P2).
@Suite("kill -9 in the middle of a pull", .serialized, .timeLimit(.minutes(5)))
struct ProcessKillTests {
    /// What is under way when the process ends.
    struct Point: Sendable, CustomStringConvertible {
        let description: String
        let method: String
        let place: String
        var isPayers = false

        /// Whether the data at a path was under way: one file, or patients' data that is not yet complete.
        func underWay(_ path: String) -> Bool {
            place.hasPrefix("page") ? !path.hasPrefix("/files") : path == place.replacing("file ", with: "/files/")
        }
    }

    static let points = [
        Point(description: "the token", method: "bulk-export", place: "token"),
        Point(description: "the kick-off", method: "bulk-export", place: "kickoff"),
        Point(description: "polling", method: "bulk-export", place: "status"),
        Point(description: "the second file", method: "bulk-export", place: "file Encounter"),
        Point(description: "the last file", method: "bulk-export", place: "file Practitioner"),
        Point(description: "the second page of a search", method: "roster-search", place: "page Observation"),
        Point(
            description: "the payer's records", method: "bulk-export", place: "search Consent", isPayers: true),
    ]

    @Test("the same command comes to the same, and only what was under way is fetched again", arguments: points)
    func goesOn(point: Point) throws {
        let calm = try Scene(by: point.method)
        defer { calm.command.remove() }
        let whole = try calm.command.run()
        let scene = try Scene(by: point.method, identifiedAs: calm)
        defer { scene.command.remove() }
        scene.stall(point)

        let process = try scene.command.start()
        scene.awaitStall()
        let killed = try scene.command.kill(process)
        scene.heal()
        let ending = try scene.command.run()

        #expect(whole.status == 0 && killed.status == -1)
        #expect(ending.status == 0, "\(ending.text)")
        #expect(scene.content == calm.content && scene.content.count > 5)
        #expect(scene.fetchedAgain(beside: calm).filter { !point.underWay($0) } == [])
        // The clinic had started one export that became unknown when the kick-off's answer was cut off.
        #expect(scene.clinic.kickOffs == calm.clinic.kickOffs + (point.place == "kickoff" ? 1 : 0))
    }
}
