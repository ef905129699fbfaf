import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("What is sorted without being held")
struct SortedSpillTests {
    @Test(
        "records come back in order, each as often as it was given, however many fit",
        arguments: 0..<60 as Range<UInt64>)
    func sorted(seed: UInt64) throws {
        var random = Numbers(state: seed)
        var spill = SortedSpill<Int64>(holding: 1 + random.below(40))
        let records = (0..<random.below(3_000)).map { _ in Int64(random.below(500)) - 250 }
        for record in records { try spill.append(record) }

        var cursor = try spill.sorted()
        var found: [Int64] = []
        while let least = cursor.peek {
            #expect(try cursor.next() == least)
            found.append(least)
        }

        #expect(found == records.sorted())
        #expect(try cursor.next() == nil)
    }

    @Test("what was added after reading began is read the next time")
    func again() throws {
        var spill = SortedSpill<Int64>(holding: 2)
        for record in [3, 1, 2] as [Int64] { try spill.append(record) }
        var first = try spill.sorted()
        for record in [0, 9] as [Int64] { try spill.append(record) }
        var second = try spill.sorted()
        #expect(try (0..<4).map { _ in try first.next() } == [1, 2, 3, nil])
        #expect(try (0..<6).map { _ in try second.next() } == [0, 1, 2, 3, 9, nil])
    }

    @Test("keys that did not come are told page by page, as a set would", arguments: 0..<40 as Range<UInt64>)
    func absences(seed: UInt64) throws {
        var random = Numbers(state: seed)
        var seen = SeenRecords(holding: 1 + random.below(30))
        var set: Set<ResourceKey> = []
        for _ in 0..<random.below(900) {
            let key = ResourceKey(bits: Int64(random.below(600)) - 300)
            set.insert(key)
            try seen.insert(key, "Coverage")
        }
        let staged = (-320..<320).filter { _ in random.below(2) == 0 }.map { ResourceKey(bits: $0) }
        var absences = try seen.absences()
        var gone: [ResourceKey] = []
        for start in stride(from: 0, to: staged.count, by: 50) {
            gone += try absences.among(Array(staged[start..<min(start + 50, staged.count)]))
        }
        #expect(gone == staged.filter { !set.contains($0) })
        #expect(try seen.all() == set)
    }

    @Test(
        "lines that contradict earlier ones are those that reading one by one would find",
        arguments: 0..<60 as Range<UInt64>)
    func contradictions(seed: UInt64) throws {
        var random = Numbers(state: seed)
        let header = try RosterHeader(
            ["MEMBER", "PID", "LAST", "FIRST", "DOB", "SEX", "FROM", "TO", "NOTE"], RosterOnDisk.columns)
        var members = RosterMembers(holding: 1 + random.below(20))
        var report = RosterReport()
        var known: [String: String] = [:]
        var owners: [String: String] = [:]
        var terms: Set<String> = []
        var expected: [RosterFlaw] = []
        for line in 2..<(2 + random.below(400)) {
            let (member, family, start) = ("M\(random.below(60))", "V\(random.below(20) / 19)", random.below(4))
            let row = try RosterRow(
                [member, "", family, "Ana", "1979-04-02", "F", "2026-01-0\(start + 1)", "", ""], header)
            let patient = random.below(8) == 0 ? "P\(random.below(40))" : member
            try members.note(row, patientID: patient, at: line)
            report.accept()
            if known[member, default: family] != family {
                expected.append(
                    RosterFlaw(line: line, reason: "an earlier line gives this member-id to somebody else"))
            } else if !terms.insert("\(member) \(start)").inserted {
                expected.append(
                    RosterFlaw(
                        line: line, reason: "an earlier line has the same member-id, plan, starts and subscriber-id"))
            } else if owners[patient, default: member] != member {
                expected.append(
                    RosterFlaw(line: line, reason: "an earlier line gives this patient-id to another member-id"))
            }
            known[member] = known[member] ?? family
            owners[patient] = owners[patient] ?? member
        }
        let lines = report.rows
        try members.contradictions { report.withdraw($0) }
        #expect(report.flaws == Array(expected.prefix(RosterReport.mostNamed)))
        #expect(report.refused == expected.count)
        #expect(report.rows == lines - expected.count)
    }
}
