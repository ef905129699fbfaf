import FHIR

extension ClinicRecord {
    /// All resources of one visit, as JSON text: the Encounter first, its Provenance last.
    mutating func documents(of visit: Visit) -> [String] {
        var texts = [encounter(visit), diagnosis(visit)]
        var targets = ["Encounter/\(id("enc", "\(visit.number)"))", "Condition/\(id("cond", "\(visit.number)"))"]
        func add(_ type: String, _ id: String, _ text: String) {
            texts.append(text)
            targets.append("\(type)/\(id)")
        }
        let vital = id("obs", "\(visit.number)-vital")
        let lab = id("obs", "\(visit.number)-lab")
        add("Observation", vital, measurement(vital, visit, of: random.pick(ClinicalCodes.vitals)))
        let test = random.pick(ClinicalCodes.labs)
        let order = isDrawn(visit, percent: 15) ? LabOrder(of: self, at: visit) : nil
        if let order {
            add("ServiceRequest", order.request, serviceRequest(order, test.code, visit))
            add("Specimen", order.specimen, specimen(order, visit))
        }
        add("Observation", lab, measurement(lab, visit, of: test, orderedBy: order))
        if visit.number == 1 { for answer in answers(visit) { add("Observation", answer.id, answer.text) } }
        if random.chance(percent: 30) {
            let id = id("report", "\(visit.number)")
            add("DiagnosticReport", id, report(id, of: lab, visit))
        }
        if random.chance(percent: 45) {
            let id = id("proc", "\(visit.number)")
            add("Procedure", id, procedure(id, visit))
        }
        if random.chance(percent: 40) {
            let id = id("medreq", "\(visit.number)")
            let medication = random.pick(ClinicalCodes.medications)
            add("MedicationRequest", id, prescription(id, of: medication, visit))
            if others.chance(percent: 50) {
                let dispense = self.id("dispense", "\(visit.number)")
                add("MedicationDispense", dispense, dispensing(dispense, of: medication, for: id, visit))
            }
        }
        if random.chance(percent: 45) {
            let id = id("note", "\(visit.number)")
            add("DocumentReference", id, note(id, visit))
        }
        if random.chance(percent: 25) {
            let id = id("imm", "\(visit.number)")
            add("Immunization", id, immunization(id, visit))
        }
        texts.append(provenance(visit, targets))
        return texts
    }

    /// The beginning of a resource: type, id, meta, and the business identifier if `kind` is given.
    func head(_ type: String, _ id: String, _ profile: String, _ visit: Visit, kind: String?) -> String {
        let identifier = kind.map { "," + self.identifier($0, id) } ?? ""
        return #"{"resourceType":"\#(type)","id":"\#(id)","#
            + USCore.meta(profile, lastUpdated: visit.recorded, security: visit.security) + identifier + ","
    }

    /// The members `subject` and `encounter`.
    func context(_ visit: Visit) -> String {
        #""subject":\#(subject),"encounter":{"reference":"Encounter/\#(id("enc", "\(visit.number)"))"}"#
    }

    private func encounter(_ visit: Visit) -> String {
        let period = visit.hasPeriod ? #","period":\#(visit.period)"# : ""
        let type = isGap(.encounterType, visit) ? "" : #""type":[\#(visit.type.concept)],"#
        let role = ClinicalCode.hl7("v3-ParticipationType", "PPRF", "primary performer")
        return head("Encounter", id("enc", "\(visit.number)"), "us-core-encounter", visit, kind: "encounter")
            + #""status":"finished","class":\#(ClinicalCode.hl7("v3-ActCode", "AMB", "ambulatory").coding),"#
            + #"\#(type)"subject":\#(subject),"#
            + #""participant":[{"type":[\#(role.concept)]\#(period),"#
            + #""individual":{"reference":"Practitioner/prac-\#(visit.practitioner)"}}]\#(period),"#
            + #""reasonReference":[{"reference":"Condition/\#(id("cond", "\(visit.number)"))"}],"#
            + #""location":[{"location":{"reference":"Location/loc-\#(visit.location)"}}],"#
            + #""serviceProvider":{"reference":"Organization/clinic0","display":"Clinic0"}}"#
    }

    private mutating func diagnosis(_ visit: Visit) -> String {
        let id = id("cond", "\(visit.number)")
        let category = ClinicalCode.hl7("condition-category", "encounter-diagnosis", "Encounter Diagnosis")
        let standing =
            isGap(.clinicalStatus, visit)
            ? Self.confirmed("condition-ver-status")
            : Self.activeAndConfirmed("condition-clinical", "condition-ver-status")
        return head("Condition", id, "us-core-condition-encounter-diagnosis", visit, kind: "condition")
            + standing + #","category":[\#(category.concept)],"code":\#(random.pick(ClinicalCodes.diagnoses).concept),"#
            + #"\#(context(visit)),"onsetDateTime":"\#(USCore.day(visit.start))","#
            + #""recordedDate":"\#(USCore.day(visit.start))"}"#
    }

    private mutating func measurement(
        _ id: String, _ visit: Visit, of kind: ClinicalCodes.Measurement, orderedBy order: LabOrder? = nil
    ) -> String {
        let isLab = kind.isLab
        let category = ClinicalCode.hl7(
            "observation-category", isLab ? "laboratory" : "vital-signs", isLab ? "Laboratory" : "Vital Signs")
        let isMistake = profile.special == .sensitiveVisit && visit.number == 1 && isLab
        let value = random.number(in: kind.range)
        // Two decimals even if the last is zero: the written precision must survive.
        let decimal = "\(value / 100).\(value % 100 / 10)\(value % 10)"
        let quantity =
            #""valueQuantity":{"value":\#(decimal),"unit":"\#(kind.unit)","#
            + #""system":"http://unitsofmeasure.org","code":"\#(kind.unit)"}"#
        let isUndone = isLab && isGap(.resultValue, visit)
        let reason = ClinicalCode.hl7("data-absent-reason", "not-performed", "Not Performed")
        let status = isMistake ? "entered-in-error" : isUndone ? "cancelled" : "final"
        return head(
            "Observation", id, isLab ? "us-core-observation-lab" : "us-core-vital-signs", visit, kind: "observation")
            + (order?.links ?? "") + #""status":"\#(status)","category":[\#(category.concept)],"#
            + #""code":\#(kind.code.concept),\#(context(visit)),"effectiveDateTime":"\#(USCore.local(visit.start))","#
            + #""issued":"\#(visit.end.text)","performer":[{"reference":"Practitioner/prac-\#(visit.practitioner)"}],"#
            + (isUndone ? #""dataAbsentReason":\#(reason.concept)}"# : quantity + "}")
    }

    private func provenance(_ visit: Visit, _ targets: [String]) -> String {
        let id = id("prov", "\(visit.number)")
        let references = targets.map { #"{"reference":"\#($0)"}"# }.joined(separator: ",")
        let author = ClinicalCode.hl7("provenance-participant-type", "author", "Author")
        return head("Provenance", id, "us-core-provenance", visit, kind: nil)
            + #""target":[\#(references)],"recorded":"\#(visit.recorded.text)","agent":[{"type":\#(author.concept),"#
            + #""who":{"reference":"Practitioner/prac-\#(visit.practitioner)"},"#
            + #""onBehalfOf":{"reference":"Organization/clinic0"}}]}"#
    }
}
