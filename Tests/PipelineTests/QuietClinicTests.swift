import FHIR
import PDex
import PDexTesting
import Pipeline
import Synchronization
import Testing

@Suite("A clinic in its quiet hours")
struct QuietClinicTests {
    /// Nights begin at 02:15; quiet until 04:00, and from 05:00 to 06:00.
    private static func quietUntil(_ now: Instant) -> Instant? {
        let hours = [("02:00:00", "04:00:00"), ("05:00:00", "06:00:00")]
        return hours.compactMap { from, to -> Instant? in
            guard let start = Instant("2026-06-01T\(from)Z"), let end = Instant("2026-06-01T\(to)Z") else { return nil }
            return start <= now && now < end ? end : nil
        }.first
    }

    @Test("a run over the roster waits for their end, says so once, and then does all of it", arguments: [true, false])
    func rosterWaits(byExport: Bool) async throws {
        let told = Mutex<[String]>([])
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, by: byExport ? .bulkExport : .rosterSearch,
            quietUntil: Self.quietUntil,
            observer: {
                if case .waiting(let seconds, let why) = $0 { told.withLock { $0.append("\(seconds) \(why)") } }
            })

        let report = try await night.run()

        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
        #expect(told.withLock { $0 } == ["6300.0 clinic0 has quiet hours until 2026-06-01T04:00:00.000Z"])
        #expect(night.clock.now() >= Instant("2026-06-01T04:00:00Z") ?? night.clock.now())
    }

    @Test("they begin while a run is under way: its next file waits until they are over")
    func beginsMeanwhile() async throws {
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, by: .bulkExport, quietUntil: Self.quietUntil)
        night.clinic.rewrite {
            $0.downloadSeconds = ["Patient": 1800, "Encounter": 1800, "Condition": 1800, "Observation": 1800]
        }

        let report = try await night.run()

        #expect(report.state == .complete)
        // From 02:15 to 04:00, and after two files of half an hour from 05:00 to 06:00.
        #expect(night.clock.sleeps.filter { $0 > 600 && $0 != 1800 } == [6300, 3600])
    }

    @Test("how long a search may be is the clinic's own limit, in quiet hours or not", arguments: [true, false])
    func capsSearches(isQuiet: Bool) async throws {
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, by: .rosterSearch,
            quietUntil: { isQuiet ? Self.quietUntil($0) : nil })
        night.clinic.rewrite {
            // With its remarks, each search has two pages.
            ($0.pageSize, $0.outcomeSeverity, $0.mostPages) = (1, "information", 1)
        }

        let report = try await night.run()

        #expect(report.problems == [.clinicPagingLoop: 2])
    }

    @Test("a single member on demand is not kept waiting")
    func requestGoesOn() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, quietUntil: Self.quietUntil)
        let began = night.clock.now()
        let firing = Run(
            id: "request-1", job: night.pipeline.terms.job, trigger: .request, clinic: "clinic0", payer: "med0",
            instant: began)

        let report = try await night.pipeline.request(member: "joe", run: firing)

        #expect(report.exchanges.acknowledged == 1)
        #expect(night.clock.now() < began.adding(milliseconds: 600_000))
    }
}
