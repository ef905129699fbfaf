import FHIR
import PDex
import Serving

/// Answers who somebody is (`Patient/$member-match`): the number on the card must lead to exactly one member of that
/// name, birth date and gender.
struct MemberDesk: Sendable {
    /// The outcome of a question.
    enum Verdict: Sendable, Hashable {
        /// One member: the Patient's id and the member number.
        case member(id: String, number: String)
        case nobody
        case several
        /// The consent that was sent does not permit an answer.
        case consentRefused

        /// The name of the verdict, without the member.
        var name: String {
            switch self {
            case .member: "member"
            case .nobody: "nobody"
            case .several: "several"
            case .consentRefused: "consent-refused"
            }
        }
    }

    static let operation = ("member-match", "http://hl7.org/fhir/us/davinci-hrex/OperationDefinition/member-match")

    let shape: MemberMatchShape

    /// The question in a request. Throws 400 when it breaks HRex.
    func question(in request: ServedRequest) throws(Refusal) -> MemberMatchQuestion {
        guard let json = try? JSONParser.parse(request.body) else {
            throw Refusal(400, "structure", "The body is not JSON.")
        }
        let question: MemberMatchQuestion
        do throws(MemberMatchQuestion.Flaw) {
            question = try MemberMatchQuestion(reading: json)
        } catch {
            throw Refusal(400, "invalid", "\(error.path) \(error.words).")
        }
        guard shape == .uniqueMember || question.consent != nil else {
            throw Refusal(400, "required", "A Consent has to come with the question.")
        }
        return question
    }

    /// Decides who is meant.
    func verdict(on question: MemberMatchQuestion, in store: inout FHIRStore, now: Instant) -> Verdict {
        if let consent = question.consent, !TellingConsents(now: now).permits(Consent(consent)) {
            return .consentRefused
        }
        let asked = Coverage(question.coverage)
        let numbers = asked.memberIdentifiers.filter { $0.value != nil }
        var coverages = numbers.flatMap { store.resources("Coverage", system: $0.system, value: $0.value ?? "") }
        if let subscriber = asked.subscriberID, numbers.isEmpty {
            coverages = (store.tables["Coverage"]?.resources ?? []).filter {
                $0.tree["subscriberId"]?.string == subscriber
            }
        }
        let found = Set(coverages.compactMap(\.patient)).filter { id in
            guard let patient = store["Patient", id]?.tree else { return false }
            return isSame(patient, as: .object(question.patient.json))
        }
        guard let id = found.first else { return .nobody }
        guard found.count == 1 else { return .several }
        let number = (store["Patient", id]?.tree["identifier"]?.elements ?? []).compactMap(Identifier.init)
            .first { $0.hasTypeCode("MB") }?.value
        return number.map { .member(id: id, number: $0) } ?? .nobody
    }

    /// The verdict as an answer of a server at `base`; anything but one member is 422 (MM-12).
    func answer(_ verdict: Verdict, base: String) throws(Refusal) -> ServedAnswer {
        switch verdict {
        case .nobody: throw Refusal(422, "not-found", "No member is meant.")
        case .several: throw Refusal(422, "multiple-matches", "Several members may be meant.")
        case .consentRefused: throw Refusal(422, "business-rule", "The Consent does not permit an answer.")
        case .member(let id, let number):
            return .fhir(
                200,
                (["resourceType": "Parameters", "parameter": .array(parameters(id, number, base))] as JSONValue)
                    .serialized())
        }
    }

    /// `MemberIdentifier`, and `MemberId` if the shape includes it.
    private func parameters(_ id: String, _ number: String, _ base: String) -> [JSONValue] {
        switch shape {
        case .memberNumber:
            [
                identifier(
                    "http://terminology.hl7.org/CodeSystem/v2-0203", "MB", "https://med0.example/fhir/member-id",
                    number)
            ]
        case .uniqueMember:
            [
                identifier(
                    "http://hl7.org/fhir/us/davinci-hrex/CodeSystem/hrex-temp", "UMB", "https://med0.example/fhir/umb",
                    "UMB-" + number),
                ["name": "MemberId", "valueReference": ["reference": .string("\(base)/Patient/\(id)")]],
            ]
        }
    }

    private func identifier(_ codes: String, _ code: String, _ system: String, _ value: String) -> JSONValue {
        [
            "name": "MemberIdentifier",
            "valueIdentifier": [
                "type": ["coding": [["system": .string(codes), "code": .string(code)]]], "system": .string(system),
                "value": .string(value),
            ],
        ]
    }

    private func isSame(_ patient: JSONValue, as asked: JSONValue) -> Bool {
        func name(_ person: JSONValue) -> [String?] {
            let name = person["name"]?.elements.first
            return [
                name?["family"]?.string.map { PersonName.family($0).name },
                name?["given"]?.elements.first?.string.map(PersonName.folded),
            ]
        }
        let genders = [patient, asked].compactMap { $0["gender"]?.string }
        return name(patient) == name(asked) && patient["birthDate"]?.string == asked["birthDate"]?.string
            && Set(genders).count <= 1
    }
}
