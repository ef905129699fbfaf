import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Facts about people stay in the store as long as the number of their form is the same. A change of spelling has to
/// raise `PersonFacts.form` for what is compared, or `IndexWriter.form` for what leads to somebody, and pin the new
/// digest.
@Suite("What is kept of people is spelled as its form says")
struct SpelledFactsTests {
    private static let chart = """
        {"resourceType": "Patient", "id": "p1", "active": true, "gender": "female", "birthDate": "1984-02-29",
         "name": [
           {"use": "official", "family": "O’Brien-Müller", "given": ["Zoë Marie", "J."], "suffix": ["Jr.", "MD"]},
           {"use": "maiden", "family": "Ångström", "given": ["ZOE"]}, {"text": "nobody in particular"}],
         "address": [{"line": ["12 Main Street", "Apt. 4"], "city": "St. Paul", "state": "MN", "postalCode": "55102-1234"}],
         "identifier": [
           {"system": "https://clinic0.example/mrn", "value": "000123",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}},
           {"system": "https://med0.example/member", "value": "M-77",
            "type": {"coding": [{"code": "MB"}, {"code": "SN"}]}}, {"value": "without a system"}],
         "link": [{"type": "replaces", "other": {"reference": "Patient/p0"}},
           {"type": "seealso", "other": {"reference": "Patient/p9"}}]}
        """
    private static let records = [
        """
        {"resourceType": "Patient", "id": "m1", "birthDate": "1984-02", "name": [{"family": "OBRIEN MUELLER"}]}
        """,
        """
        {"resourceType": "Coverage", "id": "c1", "status": "active", "beneficiary": {"reference": "Patient/m1"},
         "subscriberId": "S-5", "period": {"start": "2024-01", "end": "2026"},
         "identifier": [{"system": "https://med0.example/member", "value": "M-77"}],
         "payor": [{"reference": "Organization/o1"}, {"display": "Med0"}]}
        """,
        """
        {"resourceType": "Organization", "id": "o1", "name": "Med0 Health",
         "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1003000126"}]}
        """,
    ]

    @Test("a patient's and a member's facts, and the ways to both")
    func spelled() throws {
        let terms = try Night([], mappings: usCoreMappings).pipeline.terms
        let chart = try Resource(parsing: Array(Self.chart.utf8))
        let directory = try Directory(
            charts: [chart], records: Self.records.map { try Resource(parsing: Array($0.utf8)) }, terms: terms)
        let patient = try #require(directory.facts(of: Directory.patient("p1")))
        let member = try #require(directory.facts(of: Directory.member("m1")))
        let links = MemberLinks(terms: terms, identities: Directory.identities)
        let ways = links.links(ofPatient: patient) + links.links(ofMember: member)

        #expect(PersonFacts.form == 2)
        #expect(Self.digest("\(patient)") == 1_518_293_681_915_866_177)
        #expect(Self.digest("\(member)") == 3_813_524_077_527_329_186)
        #expect(Self.digest("\(ways)") == -6_639_039_267_348_199_877)
    }

    private static func digest(_ text: String) -> Int64 {
        Array(text.utf8).withUnsafeBytes(Directory.identities.contentHash)
    }
}
