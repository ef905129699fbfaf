import FHIRClient
import PDex
import PDexTesting
import Pipeline
import Testing

/// Every fault that a clinic can play during a pull, through the real transport, client and pipeline: either everything
/// is staged as without the fault, or the run says what is missing and no watermark moves.
@Suite("A hostile clinic", .serialized, .timeLimit(.minutes(10)))
struct HostileClinicTests {
    @Test("nothing is lost silently", arguments: FaultTable.all)
    func losesNothing(line: FaultLine) async throws {
        let reference = try await FaultFreeRun.of(line.method)
        let expected = reference.expected(after: line)
        let night = try HostileNight(under: line)

        let first = await night.ending("night-1")

        if case .same = line.ending {
            #expect(first == "complete")
            #expect(try await night.staged() == expected)
            #expect(try await night.watermarks() == reference.watermarks(under: line))
            return
        }
        #expect(first == line.ending.words)
        let moved = try await night.watermarks().map { $0 != nil }
        #expect(moved == [false, line.sparesJoe, line.sparesAda])
        night.clinic.heal()
        try night.clinic.listener.restart()
        night.night.clock.advance(seconds: 86_400)
        let second = await night.ending("night-2")
        #expect(second == "complete")
        #expect(try await night.staged() == expected)
    }

    @Test("a finished manifest that cannot be read is reported, and its export deleted at the clinic")
    func endsUnreadableExports() async throws {
        let night = try HostileNight(by: .bulkExport)
        night.clinic.play { $0.place == "status" ? $0.status(200, #"{"output":[]}"#) : nil }

        let ending = await night.ending("night-1")

        #expect(ending == "broken remote.malformed")
        #expect(night.clinic.count("delete") == 1)
    }

    @Test(
        "R19 an export that is offered and refused is replaced by searches when the job leaves the way open",
        arguments: [400, 403, 404, 405, 501])
    func searchesInstead(status: Int) async throws {
        let expected = try await FaultFreeRun.of(.rosterSearch)
        let night = try HostileNight(by: .auto)
        night.clinic.play { $0.place == "kickoff" ? $0.status(status) : nil }

        let ending = await night.ending("night-1")

        #expect(ending == "complete")
        #expect(try await night.staged() == expected.staged)
    }

    @Test("R11 what the clinic says is deleted is forgotten, and a deletion that is cut off is asked for again")
    func forgets() async throws {
        let night = try HostileNight(by: .bulkExport)
        _ = try await night.run("night-1")
        let before = try await night.staged()
        night.clinic.delete("Observation/joe-more-2")
        night.night.clock.advance(seconds: 86_400)
        night.clinic.play { $0.place == "file deleted" && $0.count < 3 ? .close($0.half()) : nil }

        let report = try await night.run("night-2")

        #expect(report.state == .complete)
        #expect(before["Observation/joe-more-2"] != nil)
        #expect(try await night.staged() == before.filter { $0.key != "Observation/joe-more-2" })
        #expect(night.clinic.count("file deleted") == 3)
    }

    @Test(
        "R17 a clinic that ignores _since sends everything again: it is staged as it was, and nothing is sent twice")
    func bearsEverything() async throws {
        let night = try HostileNight(by: .bulkExport)
        _ = try await night.run("night-1")
        let before = try await night.staged()
        let sent = night.night.payer.received.count
        night.night.clock.advance(seconds: 86_400)

        let report = try await night.run("night-2")

        let kickOff = night.clinic.listener.received.last { $0.path.hasSuffix("$export") }
        #expect(kickOff?.parameter("_since") != nil)
        #expect(report.state == .complete)
        #expect(try await night.staged() == before)
        #expect(night.night.payer.received.count == sent)
    }
}
