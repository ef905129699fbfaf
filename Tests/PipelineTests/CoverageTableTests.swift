import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Which visits several coverages cover together")
struct CoverageTableTests {
    /// One Coverage of Joe's, as `status from to`; `-` is open. After `for`, the beneficiary.
    private static func coverages(_ lines: [String]) throws -> [Resource] {
        try lines.enumerated().map { index, line in
            let words = line.split(separator: " ").map(String.init)
            let records = try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
            var json = try #require(records.first { $0.type == "Coverage" }).json
            var period = JSONObject()
            if words[1] != "-" { period["start"] = .string(words[1]) }
            if words[2] != "-" { period["end"] = .string(words[2]) }
            json["id"] = .string("cov-\(index)")
            json["status"] = .string(words[0])
            json["period"] = period.isEmpty ? nil : .object(period)
            json["order"] = .number(JSONNumber(lines.count - index))
            if words.count > 3 {
                json["beneficiary"] = ["reference": .string("Patient/" + words[4])]
                json["subscriber"] = ["reference": "Patient/m-joe"]
                json["policyHolder"] = ["reference": "Patient/m-joe"]
                json["identifier"] = [["system": "https://med0.example/fhir/member-id", "value": "M0-kim"]]
                json["subscriberId"] = "M0-1"
                json["relationship"] = ["coding": [["code": "child"]]]
            }
            return try Resource(.object(json))
        }
    }

    @Test(
        "Joe's visit of the 4th of May is covered, or it is not",
        arguments: [
            (["active 2026-01-01 2026-12-31"], true), (["active - -"], true), (["active 2026-05-04 2026-05-04"], true),
            (["active 2026-05-05 -"], false), (["active - 2026-05-03"], false), (["active 2026 2026"], true),
            (["active 2026-05 2026-05"], true), (["cancelled 2026-01-01 2026-12-31"], false),
            (["entered-in-error - -"], false), (["draft - -"], false),
            // Several plans: one that holds is enough, whichever pays first; a cancelled one does not cancel others.
            (["active - 2026-03-31", "active 2026-04-01 -"], true),
            (["active - 2026-03-31", "active 2026-06-01 -"], false),
            (["cancelled - -", "active 2026-04-01 -"], true), (["entered-in-error - -", "active - 2026-05-03"], false),
            (["active 2026-12-31 2026-01-01"], false), (["active 2026-12-31 2026-01-01", "active - -"], true),
            // A subscriber is not covered by a dependant's coverage.
            (["active - - for m-kim"], false), (["active - - for m-kim", "active 2026-01-01 -"], true),
        ])
    func table(lines: [String], isCovered: Bool) async throws {
        let night = try Night([.joe.with { $0.covered = nil }], mappings: usCoreMappings)
        for coverage in try Self.coverages(lines) { night.payer.put(coverage) }
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == (isCovered ? 1 : 0))
        #expect(report.exchanges.unmatched == (isCovered ? 0 : 1))
        #expect(report.balanced)
    }

    @Test("a dependant is a member of its own, with its own consent, under the subscriber's number")
    func dependant() async throws {
        let kim = NamedMember("kim", "Kim", "Smith", born: "2015-09-09", memberID: nil).with { $0.consent = nil }
        let night = try Night([.joe, kim], mappings: usCoreMappings)
        for coverage in try Self.coverages(["active - - for m-kim"]) { night.payer.put(coverage) }
        let report = try await night.run()
        // The father's consent is his own.
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.exchanges.withheld == [.consentMissing: 1])
        #expect(report.balanced)
    }

    @Test(
        "five years are counted by the day of care; what has no day goes along",
        arguments: [
            ("2021-06-01T09:00:00-05:00", true), ("2021-05-31T09:00:00-05:00", false), ("2021", true), ("2020", false),
        ])
    func window(day: String, isSent: Bool) async throws {
        let member = NamedMember.joe.with {
            $0.visit = day
            $0.covered = "2000-01-01"..."2030-12-31"
        }
        let night = try Night([member], mappings: usCoreMappings, years: 5)
        #expect(try await night.run().exchanges.acknowledged == (isSent ? 1 : 0))
    }
}
