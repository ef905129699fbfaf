import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

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

    @Test("a clinic that does not answer the export's status is said to do so, and not to be preparing it")
    func tellsLostPolls() async throws {
        let told = Mutex<[String]>([])
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: .bulkExport,
            observer: { if case .waiting(_, let why) = $0 { told.withLock { $0.append(why) } } })
        night.clinic.rewrite {
            $0.lostPolls = 2
            $0.pollWaits = [1]
        }

        _ = try await night.run()

        let lost = "clinic0 does not answer the export's status (remote.unreachable)"
        #expect(told.withLock { $0 } == ["\(lost), 1 of 10", "\(lost), 2 of 10", "the clinic is preparing the export"])
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

    @Test("a clinic that says to come back in a week is asked after an hour: its export may be finished")
    func outlivesOddDates() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.pollWaits = [604_800, 86_400, 30] }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(night.clock.sleeps.prefix(3) == [3600, 3600, 30])
    }

    @Test("an export is given up after the twelve hours that were waited, whatever the clinic asks for")
    func givesUpOnTime() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
        night.clinic.rewrite { $0.pollWaits = Array(repeating: 604_800, count: 100) }

        let fault = await #expect(throws: Fault.self) { try await night.run() }

        #expect(fault?.code == .clinicExportFailed)
        #expect(night.clock.sleeps.reduce(0, +) == 43_200)
        #expect(night.clinic.requests.count { $0 == "poll" } == 13)
        #expect(night.clinic.requests.last == "finish")
    }

    @Test("whenever the links have expired, fresh ones are fetched")
    func freshLinks() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.linksLive = 60
            $0.downloadSeconds = ["Condition": 90, "Encounter": 90, "Observation": 90]
        }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "poll" } == 4)
    }

    @Test("a clinic that gives no fresh links is asked for them once, not for every file")
    func staleLinks() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.linksLive = 60
            $0.renewsLinks = false
            $0.downloadSeconds = ["Condition": 90]
        }

        let report = try await night.run()

        #expect(report.state == .partial)
        #expect(night.clinic.requests.count { $0 == "poll" } == 2)
    }

    @Test("links that are refused though nobody said when they expire are looked up again")
    func refusedLinks() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.signsLinks = true
            $0.oldLinks = ["Encounter": 1, "Observation": 1]
        }

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(night.clinic.requests.count { $0 == "poll" } == 3)
    }

    @Test(
        "what is wrong with one file is that one's problem, however wrong it is",
        arguments: [
            FaultCode.remoteMalformed, .remoteTooLarge, .remoteRefused, .remotePolicy, .clinicFileGone, .authForbidden,
        ])
    func oneBadFile(code: FaultCode) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite { $0.badFiles = ["Encounter": code] }

        let report = try await night.run()
        var terms = night.pipeline.terms
        // The clinic lists none.
        terms.selection.includesConsents = false
        let scope = PullScope.export(terms.selection)
        let since = try await night.store.read { try $0.watermark(source: "clinic0", scope: scope) }

        #expect(report.state == .partial)
        #expect(report.problems == [code: 1])
        #expect(night.clinic.requests.contains("download Patient"))
        #expect(since == nil)
    }

    @Test("a run that goes on finds its files again by their places, though every link is another one")
    func knowsFilesAgain() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.clinic.rewrite {
            $0.signsLinks = true
            $0.outages = ["Patient": 1]
        }
        let run = night.firing("night-1")

        await #expect(throws: Fault.self) { try await night.pipeline.run(run) }
        let report = try await night.pipeline.run(run)

        let downloads = night.clinic.requests.filter { $0.hasPrefix("download") }
        #expect(report.state == .complete)
        #expect(downloads.count { $0 == "download Observation" } == 1)
        #expect(downloads.count { $0 == "download Patient" } == 2)
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
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
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
