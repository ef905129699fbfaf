import FHIR
import Foundation
import PDex
import PDexTesting
import SampleData
import Testing

@testable import Pipeline

@Suite(
    "Patients whom nobody here made up, against a payer's roster of them",
    .enabled(if: SharedFolder.hasData, "the test data beside the repository is not on this machine"))
struct RealMembersTests {
    @Test("fifty patients and a shuffled, re-cased, partly altered roster: nobody is wrong, and few are missed")
    func fifty() async throws {
        let charts = try SharedFolder.resources("members/patients-50.ndjson.gz")
        let found = try await Self.recognised(charts, matchBy: [.demographicsAddress, .demographics])
        #expect(found.wrong == [])
        // Everyone whose line has no mistake is recognised, and nobody else.
        #expect(found.right == Set(charts.compactMap(\.id)).subtracting(Self.slips(charts)))
        print("patients-50: precision 1, recall \(found.right.count) of \(charts.count); altered are \(found.altered)")
    }

    @Test(
        "a hundred patients and the coverage in their claims: those of one plan whom it wrote down right, and nobody else, are its members"
    )
    func claims() async throws {
        let charts = try SharedFolder.resources("clinic-100/Patient.ndjson.gz")
        let claims = try SharedFolder.resources("clinic-100/ExplanationOfBenefit.ndjson.gz")
        let pipeline = try Night([], mappings: usCoreMappings).pipeline.terms
        let payer = Party(
            name: "med0", base: pipeline.payer.base, npi: "1003000126", organization: "Medicare",
            identifierSystem: "https://med0.example/fhir-id")
        let terms = Self.terms(
            pipeline, payer: payer, coverage: .folder("records"), [.demographicsAddress, .demographics])
        let contained = ContainedCoverage(payer: payer, identities: Directory.identities)
        let coverages = try claims.flatMap { try #require(contained.coverages(in: $0)) }
        #expect(coverages.count == 3_697)
        let directory = Directory(
            charts: charts, records: try Self.payerRecords(charts) + coverages.map { try Resource($0) }, terms: terms)
        let insured = Set(
            claims.filter { $0["insurer"]?["display"]?.string == "Medicare" }
                .compactMap { $0["patient"]?["reference"]?.string?.dropFirst(8).description })
        var members: Set<String> = []
        for id in charts.compactMap(\.id) {
            guard case .recognised(let records, let evidence) = try directory.outcome(of: id) else { continue }
            #expect(evidence.member == Directory.member(id))
            if !records.coverages.isEmpty { members.insert(id) }
        }
        #expect(members == insured.subtracting(Self.slips(charts)))
        #expect(members.count * 2 > insured.count)
        print(
            "clinic-100: \(insured.count) of \(charts.count) are members by their claims, precision 1, recall "
                + "\(members.count) of \(insured.count)")
    }

    @Test("the three reference patients are told apart, and recognised by what their records say")
    func referencePatients() throws {
        let files = ["uscore_bundle_patient_85", "uscore_bundle_patient_355", "uscore_bundle_patient_client_test"]
        let all = try files.flatMap { try SharedFolder.members(inBundle: "us-core-patients/\($0).json") }
        let charts = all.filter { $0.type == "Patient" }
        let pipeline = try Night([], mappings: usCoreMappings).pipeline.terms
        let directory = Directory(
            charts: charts, records: charts,
            terms: Self.terms(pipeline, payer: pipeline.payer, coverage: .fhir, [.demographicsAddress, .demographics]))
        let found = try charts.compactMap(\.id).map { id -> (id: String, member: ResourceKey?) in
            guard case .recognised(_, let evidence) = try directory.outcome(of: id) else { return (id, nil) }
            return (id, evidence.member)
        }
        #expect(found.map(\.member) == found.map { Directory.member($0.id) })
        #expect(charts.count == 3)
    }

    /// The same people as a payer has them: in capitals, without diacritics, and with the mistakes of a roster.
    private static func payerRecords(_ charts: [Resource]) throws -> [Resource] {
        try charts.enumerated().map { index, chart in
            var json = chart.json
            json["name"] = .array(
                [chart["name"]?.elements.first].compactMap(\.self).map { name in
                    var family = (name["family"]?.string ?? "").uppercased()
                    var given = name["given"]?.elements.first?.string ?? ""
                    if index % 10 == 3 { family += "X" }
                    if index % 10 == 7 { given = String(given.prefix(1)) }
                    let plain = family.folding(options: .diacriticInsensitive, locale: nil)
                    return ["family": .string(plain), "given": [.string(given.uppercased())]]
                })
            return try Resource(.object(json))
        }
    }

    private struct Found {
        var right: Set<String> = []
        var wrong: [String] = []
        var altered = 0
    }

    /// Reads a roster of the charts as the product does, and recognises each chart against it.
    private static func recognised(_ charts: [Resource], matchBy: [MatchRule]) async throws -> Found {
        let roster = try RosterOfPatients(charts)
        let pipeline = try Night([], mappings: usCoreMappings).pipeline.terms
        let terms = terms(pipeline, payer: pipeline.payer, coverage: .fhir, matchBy)
        let writer = RosterWriter(terms: terms, columns: RosterOfPatients.columns, identities: Directory.identities)
        var records: [Resource] = []
        try await RosterFile(path: roster.path, writer: writer).read { batch in
            for range in batch.lines { records.append(try Resource(parsing: Array(batch.bytes[range]))) }
        }
        let directory = Directory(charts: charts, records: records, terms: terms)
        var found = Found(altered: slips(charts).count)
        for (index, id) in charts.compactMap(\.id).enumerated() {
            guard case .recognised(_, let evidence) = try directory.outcome(of: id) else { continue }
            let isRight = evidence.member == Directory.member("M\(index)")
            if isRight { found.right.insert(id) } else { found.wrong.append(id) }
        }
        return found
    }

    /// The charts whose line in the roster has a mistake.
    private static func slips(_ charts: [Resource]) -> Set<String> {
        Set(charts.indices.filter { RosterOfPatients.hasSlip($0) }.compactMap { charts[$0].id })
    }

    private static func terms(
        _ terms: ExchangeTerms, payer: Party, coverage: ExchangeTerms.RecordSource, _ rules: [MatchRule]
    ) -> ExchangeTerms {
        ExchangeTerms(
            job: terms.job, clinic: terms.clinic, payer: payer, selection: terms.selection, matchBy: rules,
            coverage: coverage, consent: .fhir, delivery: terms.delivery, retry: terms.retry)
    }
}
