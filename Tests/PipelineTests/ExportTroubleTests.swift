import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Exports that are in the way, and links that grow old")
struct ExportTroubleTests {
    @Test("while an earlier export is in the way, the clinic is left alone for as long as it asks, then asked again")
    func waitsForItsTurn() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.busyStarts = 2 }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "export" } == 3)
        #expect(night.clock.sleeps.prefix(2) == [90, 120])
    }

    @Test("a clinic that stays busy for two hours ends the run, to be gone on with later")
    func givesUpItsTurn() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.busyStarts = 1000 }
        let run = night.firing("night-1")

        let fault = await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        night.clinic.rewrite { $0.busyStarts = 0 }
        let report = try await night.pipeline.run(run)

        #expect(fault?.code == .remoteThrottled)
        #expect(fault?.disposition == .retry)
        #expect(night.clock.sleeps.dropLast().reduce(0, +) <= 7200)
        #expect(report.state == .complete)
    }

    @Test("when the links have expired, fresh ones are fetched once")
    func freshLinks() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.linksLive = 60
            $0.downloadSeconds = ["Encounter": 90]
        }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "poll" } == 2)
    }

    @Test("files whose links cannot be had afresh are problems, and the watermark stays")
    func goneFiles() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.linksLive = 60
            $0.renewsLinks = false
            $0.downloadSeconds = ["Encounter": 90]
        }

        let report = try await night.run()

        #expect(report.state == .partial)
        #expect(report.problems == [.clinicFileGone: 3])
    }

    @Test("a file that is refused costs no other file: the run is partial, and the next one asks for the same again")
    func refusedFile() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.refusedDownloads = ["Observation"] }

        let first = try await night.run("night-1")
        night.clinic.rewrite { $0.refusedDownloads = [] }
        let second = try await night.run("night-2")

        #expect(first.state == .partial)
        #expect(first.problems == [.authForbidden: 1])
        #expect(night.clinic.requests.contains("download Patient"))
        #expect(night.clinic.exportedSince == [nil, nil])
        #expect(second.state == .complete)
    }

    @Test("an export that failed for good is dropped, so that it is not in the next one's way")
    func dropsFailed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.failedPolls = 1 }

        await #expect(throws: Fault.self) { try await night.run("night-1") }
        let left = try await night.store.read { try $0.exportUnderWay(source: "clinic0", job: "nightly-payer-sync") }

        #expect(night.clinic.requests.last == "finish")
        #expect(left == nil)
    }

    @Test("an adopted export that the clinic no longer has is replaced by a new one, once")
    func replacesGone() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.breaks = ["Observation": 3] }
        _ = try await night.run("night-1")
        night.clinic.rewrite { $0.failedPolls = 1 }

        let report = try await night.run("night-2")

        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "export" } == 2)
    }
}
