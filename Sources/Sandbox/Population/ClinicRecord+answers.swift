import FHIR

/// Answers to questions at the latest visit: whether somebody smokes, and whether there is enough to eat.
extension ClinicRecord {
    /// Each answer as an Observation, with its id.
    mutating func answers(_ visit: Visit) -> [(id: String, text: String)] {
        guard profile.birthDate < "2008" else { return [] }
        let smoking = random(of: ClinicalCodes.smoking)
        var answers = [answer("smoking", .smokingStatus, smoking, visit)]
        if isDrawn(visit, percent: 30) {
            let (frequency, risk) = random(of: ClinicalCodes.hunger)
            let question = answer("food", .foodRunsOut, frequency, visit)
            answers.append(question)
            answers.append(answer("hunger", .foodInsecurity, risk, visit, derivedFrom: question.id))
        }
        return answers
    }

    private mutating func random<Element>(of elements: [Element]) -> Element { others.pick(elements) }

    private func answer(
        _ part: String, _ question: Question, _ value: ClinicalCode, _ visit: Visit, derivedFrom source: String? = nil
    ) -> (id: String, text: String) {
        let id = id("obs", "\(visit.number)-\(part)")
        let origin = source.map { #","derivedFrom":[{"reference":"Observation/\#($0)"}]"# } ?? ""
        let text =
            head("Observation", id, question.profile, visit, kind: "observation")
            + #""status":"final","category":[\#(question.categories.map(\.concept).joined(separator: ","))],"#
            + #""code":\#(question.code.concept),\#(context(visit)),"#
            + #""effectiveDateTime":"\#(USCore.local(visit.start))","issued":"\#(visit.end.text)","#
            + #""performer":[{"reference":"Practitioner/prac-\#(visit.practitioner)"}],"#
            + #""valueCodeableConcept":\#(value.concept)\#(origin)}"#
        return (id, text)
    }

    /// A question, and the kind of observation that its answer is.
    private enum Question {
        case smokingStatus, foodRunsOut, foodInsecurity

        var code: ClinicalCode {
            switch self {
            case .smokingStatus: .loinc("72166-2", "Tobacco smoking status")
            case .foodRunsOut:
                .loinc(
                    "88122-7",
                    "Within the past 12Mo we worried whether our food would run out before we got money to buy more")
            case .foodInsecurity: .loinc("88124-3", "Food insecurity risk [HVS]")
            }
        }

        var profile: String {
            self == .smokingStatus ? "us-core-smokingstatus" : "us-core-observation-screening-assessment"
        }

        var categories: [ClinicalCode] {
            guard self != .smokingStatus else {
                return [.hl7("observation-category", "social-history", "Social History")]
            }
            let need = ClinicalCode(
                system: "http://hl7.org/fhir/us/core/CodeSystem/us-core-category", code: "sdoh", display: "SDOH")
            return [.hl7("observation-category", "survey", "Survey"), need]
        }
    }
}
