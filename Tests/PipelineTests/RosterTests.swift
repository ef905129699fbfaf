import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("A payer's roster in CSV")
struct RosterTests {
    @Test("members of a roster are recognised, and covered as it says")
    func recognised() async throws {
        let roster = try RosterOnDisk([RosterOnDisk.joe, RosterOnDisk.ada])
        let night = try Self.night(roster)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 2)
        let exchange = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1).first }
        #expect(exchange?.match?.rule == "member-id")
        #expect(exchange?.match?.value != nil)
    }

    @Test(
        "a line that cannot be used is told by its number and reason, and nothing of the roster is used",
        arguments: [
            ("M0-3,,Vale,Ana,02/04/1979,F,,,", "line 3: birth-date is no date such as 1979-04-02"),
            ("M0-3,,Vale,Ana,1979-02-30,F,,,", "line 3: birth-date is no date such as 1979-04-02"),
            (",,Vale,Ana,1979-04-02,F,,,", "line 3: it has no member-id"),
            ("M0-3,,,Ana,1979-04-02,F,,,", "line 3: it has no family"),
            ("M0-3,,Vale,Ana,1979-04-02,F,,", "line 3: it has 8 fields instead of 9"),
            (
                "M0-3,,Vale,Ana,1979-04-02,woman,,,",
                "line 3: gender is none of male, female, other, unknown, M, F, O, U"
            ),
            ("M0-3,,Vale,Ana,1979-04-02,F,2026-02-01,2026-01-01,", "line 3: ends lies before starts"),
            ("M0-3,a b,Vale,Ana,1979-04-02,F,,,", "line 3: patient-id is no FHIR id"),
            ("M0-1,m-joe,Vale,Ana,1979-04-02,F,,,", "line 3: an earlier line gives this member-id to somebody else"),
            (
                "M0-3,m-joe,Vale,Ana,1979-04-02,F,,,",
                "line 3: an earlier line gives this patient-id to another member-id"
            ),
            ("m-joe,,Vale,Ana,1979-04-02,F,,,", "line 3: an earlier line gives this patient-id to another member-id"),
            (
                RosterOnDisk.joe,
                "line 3: an earlier line has the same member-id, plan, starts and subscriber-id"
            ),
            ("M0-3,,V\"ale,Ana,1979-04-02,F,,,", "line 3: a quote stands inside a field that is not quoted"),
        ])
    func flaws(line: String, said: String) async throws {
        let roster = try RosterOnDisk([RosterOnDisk.joe, line])
        let night = try Self.night(roster)
        let report = try roster.file(night.pipeline.terms, night.identities).check()
        #expect(report.flaws.map(\.description) == [said])
        let fault = await #expect(throws: Fault.self) { try await night.run() }
        #expect(fault?.code == .payerRecordsIncomplete)
        #expect(fault?.message.contains(said) == true)
        let staged = try await night.store.read {
            try $0.patients(ofSource: "med0", after: nil, limit: 9).count
        }
        #expect(staged == 0)
    }

    @Test(
        "a first line that is not the one declared is refused, without a word of it",
        arguments: [
            ("MEMBER,PID,LAST,FIRST,DOB,SEX,FROM,TO", "it lacks NOTE"),
            ("member,PID,LAST,FIRST,DOB,SEX,FROM,TO,NOTE", "it lacks MEMBER; 1 of its columns are not declared"),
            ("MEMBER,PID,LAST,FIRST,DOB,SEX,FROM,TO,NOTE,NOTE", "a column is there twice"),
            (RosterOnDisk.joe, "it lacks DOB, FIRST, FROM, LAST, MEMBER, NOTE, PID, SEX, TO; 9 of its columns are"),
        ])
    func header(header: String, said: String) async throws {
        let roster = try RosterOnDisk([RosterOnDisk.joe], header: header)
        let fault = await #expect(throws: Fault.self) { try await Self.night(roster).run() }
        #expect(fault?.code == .rosterInvalid)
        #expect(fault?.message.contains(said) == true)
        #expect(fault?.message.contains("SMITH") == false)
    }

    @Test("a coverage that changes keeps what it was, and one that is gone is forgotten and kept, too")
    func history() async throws {
        let roster = try RosterOnDisk([RosterOnDisk.joe, RosterOnDisk.ada])
        let night = try Self.night(roster)
        _ = try await night.pipeline.importMembers()
        night.clock.advance(seconds: 60)
        try roster.write([RosterOnDisk.joe.replacing("2026-12-31", with: "2026-06-30")])
        let second = try await night.pipeline.importMembers()
        #expect(second.changed == 1)
        #expect(second.gone == ["Coverage": 1, "Patient": 1])
        let terms = night.pipeline.terms
        let identities = night.identities
        let summary = try await night.store.read { reader in
            try MemberSummary(
                identities.key(source: "med0", type: "Patient", id: "m-joe"), terms: terms, identities: identities,
                reader)
        }
        #expect(summary.coverages.count == 1)
        #expect(summary.coverages.first?.coverage.period?.end?.text == "2026-06-30")
        #expect(summary.coverages.first?.history.map(\.until) == [night.clock.now()])
        let same = try await night.pipeline.importMembers()
        #expect(same.changed == 0)
    }

    /// The suite uses 20,000; `make roster` uses 1,000,000.
    private static let rows = ProcessInfo.processInfo.environment["PDEX_ROSTER_ROWS"].flatMap(Int.init) ?? 20_000

    @Test("a long roster is checked and read in a memory that does not grow with what stands in it")
    func long() async throws {
        let roster = try RosterOnDisk([])
        let handle = try #require(FileHandle(forWritingAtPath: roster.path))
        try handle.seekToEnd()
        let padding = String(repeating: "p", count: 400)
        for start in stride(from: 0, to: Self.rows, by: 1000) {
            let lines = (start..<min(start + 1000, Self.rows)).map {
                "M\($0),,Vale,Ana,1979-04-02,F,2026-01-01,,\(padding)"
            }
            try handle.write(contentsOf: Data((lines.joined(separator: "\r\n") + "\r\n").utf8))
        }
        try handle.close()
        let night = try Self.night(roster)
        let file = roster.file(night.pipeline.terms, night.identities)
        let before = Self.residentKiB
        let report = try file.check()
        let checked = Self.residentKiB - before
        var seen = SeenRecords()
        var bytes = 0
        try await file.read { batch in
            for range in batch.lines {
                // Spread as keys are; the first is 0.
                try seen.insert(ResourceKey(bits: Int64(bytes) &* 0x5851_F42D_4C95_7F2D), "Coverage")
                bytes += range.count
            }
        }
        var absences = try seen.absences()
        #expect(try absences.among([ResourceKey(bits: .min), ResourceKey(bits: 0)]) == [ResourceKey(bits: .min)])
        let grown = Self.residentKiB - before
        #expect(report.rows == Self.rows)
        #expect(checked < 6_000)
        #expect(grown < 16_000)
        print("\(Self.rows) rows: \(checked) KiB more to check them, \(grown) KiB more in the end")
    }

    private static func night(_ roster: RosterOnDisk) throws -> Night {
        try Night([.joe, .ada], mappings: usCoreMappings, coverage: roster.source)
    }

    private static var residentKiB: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
