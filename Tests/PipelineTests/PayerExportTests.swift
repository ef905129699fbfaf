import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Fetching a payer's data into a folder (DX-01 … DX-06, BLK-18, BLK-32).
@Suite("What a payer has of a Group")
struct PayerExportTests {
    private typealias World = FetchWorld

    @Test("comes into a folder of its own, as it was, with the payer's time and the counts")
    func whole() async throws {
        let world = try World()

        let fetched = try await world.fetch()

        #expect(fetched.isWhole)
        #expect(fetched.resources["Patient"] == 2)
        let patients = try world.lines(fetched, "Patient")
        #expect(patients.count == 2)
        let index = try JSONParser.parse(Array(try #require(world.contents(fetched, "export.json"))))
        #expect(index["transactionTime"]?.string == fetched.transactionTime.text)
        #expect(index["whole"]?.bool == true)
        #expect(world.server.exportRequests.map(\.purpose) == [.providerSnapshot])
        let attributes = try FileManager.default.attributesOfItem(atPath: fetched.place)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(world.server.requests.last == "finish")
    }

    @Test("a delta goes on from the latest whole export of that payer, and without one nothing is asked")
    func delta() async throws {
        let world = try World()
        let fault = await #expect(throws: Fault.self) { try await world.fetch(.providerDelta) }
        let first = try await world.fetch()
        world.clock.advance(seconds: 60)
        let second = try await world.fetch(.providerDelta)
        world.clock.advance(seconds: 60)
        _ = try await world.fetch(.providerDelta)

        #expect(fault?.code == .usage)
        #expect(world.server.exportRequests.map(\.since) == [nil, first.transactionTime, second.transactionTime])
    }

    @Test(
        "a delta does not go on from another Group's export, other types', or one with a gap before it",
        arguments: ["group", "types", "gap"])
    func another(what: String) async throws {
        let world = try World()
        switch what {
        case "group": _ = try await world.fetch(group: "g2")
        case "types": _ = try await world.fetch(types: ["Patient"])
        default: _ = try await world.fetch(since: Instant(seconds: 1))
        }
        let fault = await #expect(throws: Fault.self) { try await world.fetch(.providerDelta) }
        #expect(fault?.code == .usage)
    }

    @Test("two exports as of the same time are two folders")
    func sameTime() async throws {
        let world = try World()
        let first = try await world.fetch()
        let second = try await world.fetch(types: ["Patient"])
        #expect(first.place != second.place)
        #expect(try FileManager.default.contentsOfDirectory(atPath: world.path).count == 2)
    }

    @Test("two fetches do not write into one folder: the second asks the payer nothing")
    func inUse() async throws {
        let world = try World()
        let other = try FolderLock(of: ExportFolder(path: world.path))
        let fault = await #expect(throws: Fault.self) { try await world.fetch() }
        withExtendedLifetime(other) {}

        #expect(fault?.code == .folderInUse)
        #expect(world.server.exportRequests.isEmpty)
    }

    @Test("a folder is free again when a fetch has ended, however it ended")
    func free() async throws {
        let world = try World()
        world.server.rewrite { $0.breaks = ["Patient": 3] }
        await #expect(throws: Fault.self) { try await world.fetch() }
        #expect(try await world.fetch().isWhole)
        #expect(try await world.fetch(types: ["Patient"]).isWhole)
    }

    @Test("from payer to payer goes what is of the five years before, or has no date, by the date of service (CMS-03)")
    func fiveYears() async throws {
        let world = try World()
        let day = String(world.clock.now().text.prefix(10))
        let first = "\(try #require(Int(day.prefix(4))) - 5)" + day.dropFirst(4)

        _ = try await world.fetch(.payerToPayer)
        _ = try await world.fetch(.payerToPayer, types: ["Patient", "Observation"])
        _ = try await world.fetch(.providerSnapshot)

        let filters = world.server.exportRequests.map(\.typeFilters)
        #expect(filters[0].count == 10)
        #expect(filters[1] == ["Observation?date=ge\(first)", "Observation?date:missing=true"])
        #expect(filters[2].isEmpty)
        // They go in one comma-separated list (DX-01).
        #expect(filters.joined().allSatisfy { !$0.contains(",") })
        #expect(world.server.exportRequests.allSatisfy { $0.since == nil })
    }

    @Test("the five years are those before the kick-off: on the next day the same export is gone on with")
    func sameYears() async throws {
        let world = try World()
        world.server.rewrite { $0.breaks = ["Patient": 3] }
        await #expect(throws: Fault.self) { try await world.fetch(.payerToPayer) }
        world.night.clock.advance(seconds: 86_400)
        #expect(try await world.fetch(.payerToPayer).isWhole)
        #expect(world.server.exportRequests.count == 1)
    }

    @Test("no delta goes on from an export of five years")
    func noDelta() async throws {
        let world = try World()
        _ = try await world.fetch(.payerToPayer)
        let fault = await #expect(throws: Fault.self) { try await world.fetch(.providerDelta) }
        #expect(fault?.code == .usage)
    }

    @Test("care before the five years is left out though a payer sends it, and what has no date stays (CMS-03)")
    func outside() async throws {
        let world = try World()
        let lines = [
            #"{"resourceType":"Observation","id":"past","status":"final","effectiveDateTime":"2021-05-31"}"#,
            #"{"resourceType":"Observation","id":"first","status":"final","effectiveDateTime":"2021-06-01"}"#,
            #"{"resourceType":"Observation","id":"year","status":"final","effectiveDateTime":"2021"}"#,
            #"{"resourceType":"Observation","id":"undated","status":"final"}"#,
            Self.visit("gone", "finished", #""start":"2015-01-01","end":"2016-01-02""#),
            Self.visit("until", "finished", #""start":"2015-01-01","end":"2021-06-01""#),
            Self.visit("open", "in-progress", #""start":"2015-01-01""#),
            #"{"resourceType":"Condition","id":"lasting","onsetDateTime":"1999-01-01"}"#,
        ]
        for line in lines { world.server.put(try Resource(parsing: Array(line.utf8))) }

        let limited = try await world.fetch(.payerToPayer)
        let snapshot = try await world.fetch()

        let written = try ["Observation", "Encounter", "Condition"].flatMap { try world.lines(limited, $0) }
        let kept = Set(try written.compactMap { try Resource(parsing: Array($0.utf8)).id })
        #expect(kept.isSuperset(of: ["first", "year", "undated", "until", "open", "lasting"]))
        #expect(kept.isDisjoint(with: ["past", "gone"]))
        #expect(limited.outside == 2 && limited.isWhole)
        #expect(snapshot.outside == 0 && snapshot.isWhole)
    }

    private static func visit(_ id: String, _ status: String, _ period: String) -> String {
        #"{"resourceType":"Encounter","id":"\#(id)","status":"\#(status)","period":{\#(period)}}"#
    }

    @Test(
        "types that were not asked for are left out, and no delta goes on from where a payer sent them (DX-03)",
        arguments: [(false, "Patient"), (true, "resources")])
    func unasked(organizes: Bool, name: String) async throws {
        let world = try World()
        world.server.rewrite {
            $0.ignoresTypes = true
            $0.organizes = organizes
        }

        let fetched = try await world.fetch(types: ["Patient"])

        #expect(try world.lines(fetched, name).count == 2)
        #expect(fetched.resources == [name: 2])
        #expect(fetched.unasked >= 6 && !fetched.isWhole)
        let fault = await #expect(throws: Fault.self) { try await world.fetch(.providerDelta, types: ["Patient"]) }
        #expect(fault?.code == .usage)
    }

    @Test("a file of a type that was not asked for is not even fetched")
    func unfetched() async throws {
        let world = try World()
        world.server.rewrite { $0.ignoresTypes = true }

        _ = try await world.fetch(types: ["Patient"])

        #expect(world.server.requests.filter { $0.hasPrefix("download") } == ["download Patient"])
    }

    @Test("lines of another type, torn lines and another count are told, and the next delta does not go on from there")
    func partial() async throws {
        let world = try World()
        let first = try await world.fetch()
        world.clock.advance(seconds: 60)
        world.server.rewrite { $0.strayLines = [#"{"resourceType":"Patient","id":"x"}"#, #"{"resourceType":"Obs"#] }
        let second = try await world.fetch()
        world.clock.advance(seconds: 60)
        _ = try await world.fetch(.providerDelta)

        #expect(second.odd == 2)
        #expect(!second.isWhole)
        #expect(world.server.exportRequests.last?.since == first.transactionTime)
        #expect(try world.lines(second, "Observation").allSatisfy { $0.contains("Observation") })
    }

    @Test("a file that breaks off is fetched again from its start, and leaves nothing twice")
    func broken() async throws {
        let world = try World()
        world.server.rewrite { $0.breaks = ["Patient": 2] }

        let fetched = try await world.fetch()

        #expect(fetched.isWhole)
        #expect(try world.lines(fetched, "Patient").count == 2)
    }

    @Test("status requests that are lost do not end the wait for hours of the payer's work")
    func lostPolls() async throws {
        let world = try World()
        world.server.rewrite { $0.lostPolls = 10 }

        #expect(try await world.fetch().isWhole)
        #expect(world.server.exportRequests.count == 1)
    }

    @Test(
        "whatever ends it leaves no folder behind that looks whole, and the next attempt goes on with the same export",
        arguments: ["a file", "every poll", "the payer's word"])
    func ended(by what: String) async throws {
        let world = try World()
        world.server.rewrite { script in
            switch what {
            case "a file": script.breaks = ["Patient": 3]
            case "every poll": script.lostPolls = 11
            default: script.failedPolls = 1
            }
        }
        await #expect(throws: Fault.self) { try await world.fetch() }
        #expect(world.latest == nil)

        let fetched = try await world.fetch()

        #expect(fetched.isWhole)
        // An export that failed there is started again.
        #expect(world.server.exportRequests.count == (what == "the payer's word" ? 2 : 1))
    }

    @Test("deletions are kept beside the data")
    func deletions() async throws {
        let world = try World()
        let line =
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"X/1"}}]}"#
        world.server.rewrite { $0.deletedLines = [line] }

        let fetched = try await world.fetch()

        #expect(fetched.deleted == 1)
        #expect(try world.lines(fetched, "deleted") == [line])
    }

    @Test("what the payer remarks is kept beside the data, which is then not whole (DX-05)")
    func remarks() async throws {
        let world = try World()
        let line = #"{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"not-found"}]}"#
        world.server.rewrite { $0.outcomeLines = [line] }

        let fetched = try await world.fetch()

        #expect(fetched.outcomes == 1)
        #expect(!fetched.isWhole)
        #expect(try world.lines(fetched, "outcomes") == [line])
        #expect(fetched.resources["Patient"] == 2)
    }

    @Test(
        "what names a place in the file system, and no type, names no file",
        arguments: ["../../x", "Patient/../..", "/x"])
    func confined(type: String) async throws {
        let files = MatchFiles()
        let world = try World(files: files)
        files.answer(.init(lines: [#"{"resourceType":"Patient","id":"a"}"#], type: type), .init(type: type))

        let fetched = try await world.fetch()

        #expect(fetched.resources == ["resources": 1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: world.path).count == 1)
        #expect(try world.lines(fetched, "resources").count == 1)
    }

    @Test("a Group that is no id is not asked for", arguments: ["", "a/b", "../x", "a?b"])
    func noGroup(group: String) async throws {
        let world = try World()
        let fault = await #expect(throws: Fault.self) { try await world.fetch(group: group) }
        #expect(fault?.code == .usage)
        #expect(world.server.exportRequests.isEmpty)
    }

    @Test("a Group that the payer did not give as one of members who matched is not asked for (DX-06)")
    func unmatched() async throws {
        let world = try World()
        let fault = await #expect(throws: Fault.self) { try await world.fetch(group: "g9") }
        #expect(fault?.code == .matchGroupUnknown)
        #expect(world.server.exportRequests.isEmpty)
    }

    @Test("a Group is good for thirty days from when it was matched, and no longer (DX-06)")
    func stale() async throws {
        let world = try World()
        _ = try await world.fetch()
        world.night.clock.advance(seconds: 30 * 86_400 - 1)
        _ = try await world.fetch()
        world.night.clock.advance(seconds: 1)
        let fault = await #expect(throws: Fault.self) { try await world.fetch() }
        #expect(fault?.code == .matchGroupStale)
        #expect(world.server.exportRequests.count == 2)
    }
}
