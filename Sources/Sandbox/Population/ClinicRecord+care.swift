import FHIR

/// Everything around the visits: who looks after the patient, for what and by which plan, and what was implanted.
extension ClinicRecord {
    /// Some of it for some members, all of it for Joe Smith.
    mutating func surroundings() -> [String] {
        var texts: [String] = []
        let hasKin = others.chance(percent: 25) || isJoeSmith
        if hasKin { texts.append(relatedPerson()) }
        let hasPlan = others.chance(percent: 12) || isJoeSmith || isGap(.teamRole)
        if hasPlan {
            let since = asOf.adding(milliseconds: -Int64(others.number(in: 30...180)) * 86_400_000)
            let doctor = others.number(in: 1...SharedRecords.practitioners)
            texts += [careTeam(since, doctor, hasKin: hasKin), goal(since), carePlan(since, doctor)]
        }
        if others.chance(percent: 8) || isJoeSmith || isGap(.deviceIdentifier) { texts.append(device()) }
        return texts
    }

    private func lead(_ type: String, _ id: String, _ profile: String, kind: String, _ updated: Instant) -> String {
        #"{"resourceType":"\#(type)","id":"\#(id)",\#(USCore.meta(profile, lastUpdated: updated)),"#
            + #"\#(identifier(kind, id)),"#
    }

    private mutating func relatedPerson() -> String {
        let updated = asOf.adding(milliseconds: -Int64(others.number(in: 100...900)) * 86_400_000)
        let kin = others.pick(ClinicalCodes.kin)
        let given = others.pick(InventedNames.given["female"] ?? [""])
        return lead("RelatedPerson", id("kin", "1"), "us-core-relatedperson", kind: "contact", updated)
            + #""active":true,"patient":\#(subject),"relationship":[\#(kin.concept)],"#
            + #""name":[{"family":"\#(profile.family)","given":["\#(given)"]}],"#
            + #""telecom":[{"system":"phone","value":"555-01\#(10 + profile.number % 90)","use":"home"}]}"#
    }

    private func careTeam(_ since: Instant, _ doctor: Int, hasKin: Bool) -> String {
        let role = isGap(.teamRole) ? "" : #""role":[\#(ClinicalCodes.doctor.concept)],"#
        var people = [
            #"{\#(role)"member":{"reference":"Practitioner/prac-\#(doctor)"},"#
                + #""onBehalfOf":{"reference":"Organization/clinic0"}}"#,
            #"{"role":[\#(ClinicalCodes.patient.concept)],"member":\#(subject)}"#,
        ]
        if hasKin {
            let carer = ClinicalCode.snomed("133932002", "Caregiver")
            people.append(
                #"{"role":[\#(carer.concept)],"member":{"reference":"RelatedPerson/\#(id("kin", "1"))"}}"#)
        }
        return lead("CareTeam", id("team", "1"), "us-core-careteam", kind: "team", since)
            + #""status":"active","name":"Care team","subject":\#(subject),"period":{"start":"\#(USCore.day(since))"},"#
            + #""participant":[\#(people.joined(separator: ","))]}"#
    }

    private func goal(_ since: Instant) -> String {
        let due = USCore.day(since.adding(milliseconds: 365 * 86_400_000))
        let progress = ClinicalCode.hl7("goal-achievement", "in-progress", "In Progress")
        let measure = ClinicalCode.loinc("55411-3", "Exercise duration")
        return lead("Goal", id("goal", "1"), "us-core-goal", kind: "goal", since)
            + #""lifecycleStatus":"active","achievementStatus":\#(progress.concept),"#
            + #""description":{"text":"To walk for half an hour on most days"},"subject":\#(subject),"#
            + #""startDate":"\#(USCore.day(since))","target":[{"measure":\#(measure.concept),"#
            + #""detailQuantity":{"value":30,"comparator":">=","unit":"min","system":"http://unitsofmeasure.org","#
            + #""code":"min"},"dueDate":"\#(due)"}],"#
            + #""addresses":[{"reference":"Condition/\#(id("cond", "problem"))"}]}"#
    }

    private func carePlan(_ since: Instant, _ doctor: Int) -> String {
        let category = ClinicalCode(
            system: "http://hl7.org/fhir/us/core/CodeSystem/careplan-category", code: "assess-plan",
            display: "Assessment and Plan of Treatment")
        let advice = ClinicalCode.snomed("304549008", "Giving encouragement to exercise")
        return lead("CarePlan", id("plan", "1"), "us-core-careplan", kind: "plan", since)
            + #""text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">"#
            + #"More exercise, and a look at it in three months.</div>"},"#
            + #""status":"active","intent":"plan","category":[\#(category.concept)],"title":"Plan of care","#
            + #""subject":\#(subject),"period":{"start":"\#(USCore.day(since))"},"#
            + #""author":{"reference":"Practitioner/prac-\#(doctor)"},"#
            + #""careTeam":[{"reference":"CareTeam/\#(id("team", "1"))"}],"#
            + #""addresses":[{"reference":"Condition/\#(id("cond", "problem"))"}],"#
            + #""goal":[{"reference":"Goal/\#(id("goal", "1"))"}],"#
            + #""activity":[{"detail":{"code":\#(advice.concept),"status":"in-progress"}}]}"#
    }

    private mutating func device() -> String {
        let made = asOf.adding(milliseconds: -Int64(others.number(in: 900...2_500)) * 86_400_000)
        let implant = others.pick(ClinicalCodes.implants)
        let serial = "SN\(MemberProfile.digits(profile.number))"
        let carrier =
            #""udiCarrier":[{"deviceIdentifier":"\#(implant.identifier)","#
            + #""carrierHRF":"(01)\#(implant.identifier)(21)\#(serial)"}],"#
        return lead("Device", id("device", "1"), "us-core-implantable-device", kind: "device", made)
            + (isGap(.deviceIdentifier) ? "" : carrier)
            + #""status":"active","distinctIdentifier":"\#(serial)","manufacturer":"\#(implant.maker)","#
            + #""manufactureDate":"\#(USCore.day(made))","#
            + #""expirationDate":"\#(USCore.day(made.adding(milliseconds: 3_650 * 86_400_000)))","#
            + #""lotNumber":"L\#(profile.number % 100)","serialNumber":"\#(serial)","#
            + #""type":\#(implant.type.concept),"patient":\#(subject)}"#
    }
}
