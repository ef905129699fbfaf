import FHIR
import PDex
import Serving

/// Answers who many people are (`Group/$bulk-member-match`): one Group each for those who match, those who do not, and
/// those whose consent does not permit an answer (BM-02 … BM-06).
struct BulkMatchDesk: Sendable {
    /// The outcome of a request.
    struct Answer {
        let verdicts: [MemberDesk.Verdict]
        /// The Groups that the payer keeps from now on.
        let groups: [StoredResource]
        let files: [ExportJob.File]
    }

    static let operation = (
        "bulk-member-match", "http://hl7.org/fhir/us/davinci-pdex/OperationDefinition/BulkMemberMatch"
    )

    let members: MemberDesk
    let shape: BulkMatchShape

    private enum Kind: String, CaseIterable {
        case match
        case noMatch = "nomatch"
        case consentConstraint = "consentconstraint"

        var parameter: String {
            switch self {
            case .match: "MatchedMembers"
            case .noMatch: "NonMatchedMembers"
            case .consentConstraint: "ConsentConstrainedMembers"
            }
        }
    }

    /// The questions in a request. Throws 400 when it breaks PDex.
    func questions(in request: ServedRequest) throws(Refusal) -> [MemberMatchQuestion] {
        guard request.prefers("respond-async") else {
            throw Refusal(400, "invalid", "The operation needs the header Prefer: respond-async.")
        }
        guard let json = try? JSONParser.parse(request.body) else {
            throw Refusal(400, "structure", "The body is not JSON.")
        }
        do throws(MemberMatchQuestion.Flaw) {
            return try MemberMatchQuestion.many(reading: json)
        } catch {
            throw Refusal(400, "invalid", "\(error.path) \(error.words).")
        }
    }

    /// Decides about each person separately: a bad consent does not fail the others (BM-05).
    func answer(
        to questions: [MemberMatchQuestion], in store: inout FHIRStore, now: Instant
    ) throws(Refusal) -> Answer {
        let verdicts = questions.map { members.verdict(on: $0, in: &store, now: now) }
        let pairs = Array(zip(questions, verdicts))
        let groups = Kind.allCases.compactMap { kind -> (Kind, JSONObject)? in
            let found = pairs.filter { Self.kind(of: $0.1) == kind }
            guard kind == .match || !found.isEmpty else { return nil }
            return (kind, group(kind, of: found, id: "\(kind.rawValue)-\(now.milliseconds)"))
        }
        do {
            let stored = try groups.map {
                try StoredResource(
                    Resource(.object($0.1)).stamped(version: 1, lastUpdated: now).serialized(), loaded: now)
            }
            return Answer(verdicts: verdicts, groups: stored, files: files(groups))
        } catch {
            throw Refusal(500, "exception", "The Groups cannot be written.")
        }
    }

    private func files(_ groups: [(Kind, JSONObject)]) -> [ExportJob.File] {
        switch shape {
        case .groups:
            return [ExportJob.File(type: "Group", lines: groups.map { JSONValue.object($0.1).serialized() })]
        case .parameters:
            let parts = groups.map { kind, group -> JSONValue in
                ["name": .string(kind.parameter), "resource": .object(group)]
            }
            let parameters: JSONValue = ["resourceType": "Parameters", "parameter": .array(parts)]
            return [ExportJob.File(type: "Parameters", lines: [parameters.serialized()])]
        }
    }

    private static func kind(of verdict: MemberDesk.Verdict) -> Kind {
        switch verdict {
        case .member: .match
        case .nobody, .several: .noMatch
        case .consentRefused: .consentConstraint
        }
    }

    private func group(
        _ kind: Kind, of found: [(MemberMatchQuestion, MemberDesk.Verdict)], id: String
    ) -> JSONObject {
        let profile = kind == .match ? "pdex-member-match-group" : "pdex-member-no-match-group"
        let code: JSONValue = [
            "coding": [
                [
                    "system": "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/PdexMultiMemberMatchResultCS",
                    "code": .string(kind.rawValue),
                ]
            ]
        ]
        var group: JSONObject = [
            "resourceType": "Group", "id": .string(id),
            "meta": ["profile": [.string("http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/" + profile)]],
        ]
        var contained = found.map { JSONValue.object($0.0.patient.json) }
        // The consents by which the payer answered: they are checked again when the Group is exported.
        if kind == .match { contained += found.compactMap { Self.consent(of: $0.0) } }
        if !contained.isEmpty { group["contained"] = .array(contained) }
        group["type"] = "person"
        group["actual"] = true
        group["code"] = code
        group["managingEntity"] = ["identifier": Self.payer]
        if kind == .match {
            group["characteristic"] = [["code": code, "valueReference": ["identifier": Self.payer], "exclude": false]]
        }
        if !found.isEmpty { group["member"] = .array(found.map { Self.member(of: $0.0, $0.1) }) }
        return group
    }

    private static let payer: JSONValue = [
        "system": "http://hl7.org/fhir/sid/us-npi", "value": .string(NPI.med0),
    ]

    private static func consentID(_ question: MemberMatchQuestion) -> String { "told-" + (question.patient.id ?? "") }

    private static func consent(of question: MemberMatchQuestion) -> JSONValue? {
        question.consent.map { consent in
            var json = consent.json
            json["id"] = .string(consentID(question))
            return .object(json)
        }
    }

    private static func member(of question: MemberMatchQuestion, _ verdict: MemberDesk.Verdict) -> JSONValue {
        let submitted = "#" + (question.patient.id ?? "")
        var reference = submitted
        var extensions: [JSONValue] = [
            [
                "url": "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-parameters",
                "valueReference": ["reference": .string(submitted)],
            ]
        ]
        if case .member(let id, _) = verdict {
            reference = "Patient/" + id
            extensions.append([
                "url": .string(TellingConsents.url),
                "valueReference": ["reference": .string("#" + consentID(question))],
            ])
        }
        return ["entity": ["extension": .array(extensions), "reference": .string(reference)]]
    }
}
