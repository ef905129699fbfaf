import FHIR
import Testing

@Suite("An operation outcome")
struct OperationOutcomeTests {
    private let json: JSONValue = [
        "resourceType": "OperationOutcome",
        "issue": [
            ["severity": "warning", "code": "business-rule", "diagnostics": "Ada Lovelace is odd"],
            [
                "severity": "error", "code": "required",
                "details": ["coding": [["system": "x", "code": "E17"]], "text": "no"],
                "expression": ["Patient.name[0].family"],
            ],
        ],
    ]

    @Test("tells its issues")
    func tellsIssues() throws {
        let outcome = try #require(OperationOutcome(json))
        #expect(outcome.issues.map(\.severity) == [.warning, .error])
        #expect(outcome.issues.map(\.code) == ["business-rule", "required"])
        #expect(outcome.issues[0].diagnostics == "Ada Lovelace is odd")
        #expect(outcome.issues[1].detailsCode == "E17")
        #expect(outcome.issues[1].expression == ["Patient.name[0].family"])
        #expect(outcome.worstSeverity == .error)
    }

    @Test("is summed up without the words that may hold health data")
    func sumsUp() throws {
        let outcome = try #require(OperationOutcome(json))
        #expect(outcome.summary == "warning business-rule; error required Patient.name[0].family")
    }

    @Test("whose codes and paths are no codes and paths does not slip them into a log")
    func withholds() {
        let issue = OperationOutcome.Issue(
            severity: .fatal, code: "Ada Lovelace", expression: ["Patient.name.where(family='Lovelace')", "Patient.id"])
        #expect(OperationOutcome(issues: [issue]).summary == "fatal unknown (path withheld) Patient.id")
    }

    @Test("with many issues is summed up in a few")
    func isShort() {
        let issue = OperationOutcome.Issue(severity: .error, code: "invalid")
        let outcome = OperationOutcome(issues: Array(repeating: issue, count: 1_000))
        #expect(outcome.summary.hasSuffix("error invalid; and 995 more"))
        #expect(OperationOutcome(issues: []).summary == "no issues")
        #expect(OperationOutcome(issues: []).worstSeverity == nil)
    }

    @Test("counts a severity it does not know as an error, and does without what is missing")
    func isCautious() throws {
        let outcome = try #require(
            OperationOutcome(["resourceType": "OperationOutcome", "issue": [["severity": "meh"], "junk", ["code": 1]]]))
        #expect(outcome.issues.map(\.severity) == [.error, .error])
        #expect(outcome.issues.map(\.code) == ["unknown", "unknown"])
        #expect(OperationOutcome(["resourceType": "OperationOutcome"])?.issues == [])
    }

    @Test("is read back from what it writes")
    func roundTrips() throws {
        let outcome = try #require(OperationOutcome(json))
        #expect(OperationOutcome(outcome.json) == outcome)
        let one = OperationOutcome(severity: .information, code: "informational", diagnostics: "done")
        #expect(OperationOutcome(one.json) == one)
    }

    @Test("is not made from other resources")
    func refuses() {
        #expect(OperationOutcome(["resourceType": "Patient", "issue": []]) == nil)
        #expect(OperationOutcome([]) == nil)
    }

    @Test("ranks severities from information to fatal")
    func ranks() {
        #expect(OperationOutcome.Severity.allCases.sorted() == [.information, .warning, .error, .fatal])
    }
}
