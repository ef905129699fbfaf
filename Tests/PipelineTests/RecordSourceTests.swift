import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("Where coverage comes from")
struct RecordSourceTests {
    @Test("an export at the payer serves as a search does")
    func export() async throws {
        let first = try Night([.joe, .ada], mappings: usCoreMappings)
        let records = try [NamedMember.joe, .ada].flatMap {
            try $0.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        }
        let exporter = ScriptedClinic(base: "https://fhir.med0.example/r4", clock: first.clock, resources: records)
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, coverage: .export(group: nil), payerExports: exporter)
        #expect(try await night.run().exchanges.acknowledged == 2)
        #expect(exporter.exportRequests.map(\.types) == [["Patient", "Coverage", "Organization"]])
        #expect(exporter.requests.last == "finish")
    }

    @Test("a file of the export that is not whole ends the run before anything is forgotten")
    func brokenExport() async throws {
        let exporter = ScriptedClinic(
            base: "https://fhir.med0.example/r4", clock: ManualClock(Instant(milliseconds: 0)),
            resources: try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126"))
        exporter.rewrite { $0.breaks = ["Coverage": 1] }
        let night = try Night([.joe], mappings: usCoreMappings, coverage: .export(group: nil), payerExports: exporter)
        let fault = await #expect(throws: Fault.self) { try await night.run() }
        #expect(fault?.code == .remoteIncomplete)
        #expect(night.payer.received.isEmpty)
        #expect(exporter.requests.last == "finish")
    }

    @Test("claims in a folder stand for the coverage in them, for the days that were settled and this payer only")
    func claims() async throws {
        let place = try TemporaryPlace()
        let folder = place.path + ".records"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let people = try [NamedMember.joe, .ada].map {
            try $0.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")[0].serialized()
        }
        try Self.write(people, to: folder + "/Patient.ndjson")
        try Self.write(
            [Self.claim("1", "joe", "Med0 Health Plan"), Self.claim("2", "ada", "Another Plan")].map {
                $0.serialized()
            },
            to: folder + "/Claims.ndjson")
        let night = try Night([.joe, .ada], mappings: usCoreMappings, coverage: .folder(folder))
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.exchanges.unmatched == 1)
    }

    @Test(
        "a file without a record of its kind takes nothing back, unless somebody says that it is meant to be empty",
        arguments: [true, false])
    func emptyFile(hasPeople: Bool) async throws {
        let place = try TemporaryPlace()
        let path = place.path + ".ndjson"
        let records = try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        let named = try records.filter { $0.type != "Consent" }.map { record in
            var json = record.json
            if record.type == "Coverage" {
                let npi: JSONValue = ["system": "http://hl7.org/fhir/sid/us-npi", "value": "1003000126"]
                json["payor"] = [["identifier": npi]]
            }
            return try Resource(.object(json)).serialized()
        }
        try Self.write(named, to: path)
        let night = try Night([.joe], mappings: usCoreMappings, coverage: .file(path))
        #expect(try await night.run("night-1").exchanges.acknowledged == 1)
        try Self.write(hasPeople ? [records[0].serialized()] : [], to: path)
        night.clock.advance(seconds: 86_400)

        let fault = await #expect(throws: Fault.self) { try await night.run("night-2") }

        let coverage = night.identities.key(source: "med0", type: "Coverage", id: "cov-joe")
        #expect(fault?.code == .payerRecordsIncomplete)
        #expect(try await night.store.read { try $0.staged(coverage) } != nil)
        #expect(try await night.pipeline.importMembers(mayBeEmpty: true).gone["Coverage"] == 1)
        #expect(try await night.run("night-3").exchanges.unmatched == 1)
    }

    @Test("a file that is not there ends the run before the clinic is asked for anything, and is named")
    func missingFile() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, coverage: .file("/nowhere/coverage.ndjson"))

        let fault = await #expect(throws: Fault.self) { try await night.run() }

        #expect(fault?.code == .configMissing)
        #expect(
            fault?.message == "coverage of med0: the file /nowhere/coverage.ndjson is not there, or cannot be read")
        #expect(night.clinic.requests == [])
    }

    @Test("a record that says to be older than what was read before is kept out, and counted")
    func olderRecord() async throws {
        let place = try TemporaryPlace()
        let path = place.path + ".ndjson"
        func write(_ status: String, _ updated: JSONValue) throws {
            let records = try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
            let lines = try records.filter { $0.type != "Consent" }.map { record in
                var json = record.json
                if record.type == "Coverage" {
                    json["meta"] = ["lastUpdated": updated]
                    json["status"] = .string(status)
                }
                return try Resource(.object(json)).serialized()
            }
            try Self.write(lines, to: path)
        }
        let night = try Night([.joe], mappings: usCoreMappings, coverage: .file(path))
        try write("active", "2026-05-02T00:00:00Z")
        #expect(try await night.pipeline.importMembers().older == 0)

        try write("cancelled", "2026-05-01T00:00:00Z")
        let earlier = try await night.pipeline.importMembers()
        try write("cancelled", "2026-05-03T00:00:00Z")
        let later = try await night.pipeline.importMembers()

        #expect(earlier.older == 1 && earlier.changed == 0)
        #expect(later.older == 0)
        #expect(later.changed >= 1)
    }

    @Test("a claim whose coverage is another person's is not read")
    func foreignClaim() throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let contained = ContainedCoverage(payer: night.pipeline.terms.payer, identities: night.identities)
        var claim = Self.claim("1", "joe", "Med0 Health Plan").object
        claim?["patient"] = ["reference": "Patient/m-ada"]
        let wrong = try Resource(.object(try #require(claim)))
        let right = try Resource(Self.claim("1", "joe", "Med0 Health Plan"))
        #expect(contained.coverages(in: wrong) == nil)
        #expect(contained.coverages(in: right)?.count == 1)
    }

    @Test("claims prove the days that they settled, and none between: no request beforehand, and nothing denied")
    func settledDays() throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let contained = ContainedCoverage(payer: night.pipeline.terms.payer, identities: night.identities)
        func periods(_ change: (inout JSONObject) -> Void) throws -> [String]? {
            var claim = try #require(Self.claim("1", "joe", "Med0 Health Plan").object)
            change(&claim)
            return contained.coverages(in: try Resource(.object(claim)))?.map { coverage in
                let period = coverage["period"]
                return (period?["start"]?.string ?? "") + "/" + (period?["end"]?.string ?? "")
            }
        }
        func item(_ day: String, denied: Bool = false, paid: Int = 0) -> JSONValue {
            func adjudication(_ code: String, _ amount: Int) -> JSONValue {
                [
                    "category": ["coding": [["code": .string(code)]]],
                    "amount": ["value": .number(JSONNumber(amount)), "currency": "USD"],
                ]
            }
            return [
                "servicedDate": .string(day),
                "adjudication": .array(
                    [adjudication("benefit", paid)] + (denied ? [adjudication("denialreason", 0)] : [])),
            ]
        }
        let apart: [JSONValue] = [item("2026-06-10", paid: 9), item("2026-01-10"), item("2026-01-10")]
        #expect(try periods { $0["item"] = .array(apart) } == ["2026-01-10/2026-01-10", "2026-06-10/2026-06-10"])
        #expect(
            try periods { $0["item"] = [item("2026-01-10", denied: true), item("2026-01-12", denied: true, paid: 5)] }
                == ["2026-01-12/2026-01-12"])
        #expect(try periods { $0["item"] = [item("2026-01-10", denied: true)] } == [])
        #expect(try periods { $0["use"] = "preauthorization" } == [])
        #expect(try periods { $0["outcome"] = "error" } == [])
        #expect(try periods { $0["use"] = "claim" } == ["2026-05-04/2026-05-04"])
        #expect(try periods { $0["item"] = nil } == nil)
    }

    private static func claim(_ id: String, _ member: String, _ payor: String) -> JSONValue {
        let coverage: JSONValue = [
            "resourceType": "Coverage", "id": "c", "status": "active",
            "beneficiary": ["reference": .string("Patient/m-" + member)], "payor": [["display": .string(payor)]],
        ]
        return [
            "resourceType": "ExplanationOfBenefit", "id": .string(id), "status": "active", "contained": [coverage],
            "patient": ["reference": .string("Patient/m-" + member)],
            "insurance": [["focal": true, "coverage": ["reference": "#c"]]],
            "item": [["servicedPeriod": ["start": "2026-05-04T08:00:00-05:00", "end": "2026-05-04T10:00:00-05:00"]]],
        ]
    }

    private static func write(_ lines: [[UInt8]], to path: String) throws {
        try Data(lines.flatMap { $0 + [0x0A] }).write(to: URL(fileURLWithPath: path))
    }
}
