import FHIR

/// An order for a laboratory test and the blood taken for it.
struct LabOrder {
    /// The id of the ServiceRequest.
    let request: String
    /// The id of the Specimen.
    let specimen: String

    /// The ids of both, for a visit of a record.
    init(of record: ClinicRecord, at visit: Visit) {
        request = record.id("order", "\(visit.number)")
        specimen = record.id("specimen", "\(visit.number)")
    }

    /// The members `basedOn` and `specimen` of the result.
    var links: String {
        #""basedOn":[{"reference":"ServiceRequest/\#(request)"}],"specimen":{"reference":"Specimen/\#(specimen)"},"#
    }
}

extension ClinicRecord {
    /// Whether a rare part is drawn: in `percent` of 100 visits, and always for Joe Smith's latest.
    mutating func isDrawn(_ visit: Visit, percent: Int) -> Bool {
        others.chance(percent: percent) || (isJoeSmith && visit.number == 1)
    }

    /// Whether it is the record that has everything.
    var isJoeSmith: Bool { profile.number == SpecialMember.joeSmith.rawValue }

    func serviceRequest(_ order: LabOrder, _ test: ClinicalCode, _ visit: Visit) -> String {
        let category = ClinicalCode.snomed("108252007", "Laboratory procedure")
        return head("ServiceRequest", order.request, "us-core-servicerequest", visit, kind: "order")
            + #""status":"completed","intent":"order","category":[\#(category.concept)],"code":\#(test.concept),"#
            + #"\#(context(visit)),"occurrenceDateTime":"\#(USCore.local(visit.start))","#
            + #""authoredOn":"\#(USCore.local(visit.start))","#
            + #""requester":{"reference":"Practitioner/prac-\#(visit.practitioner)"},"#
            + #""performer":[{"reference":"Organization/lab0"}],"#
            + #""specimen":[{"reference":"Specimen/\#(order.specimen)"}]}"#
    }

    func specimen(_ order: LabOrder, _ visit: Visit) -> String {
        let type = ClinicalCode.snomed("119297000", "Blood specimen")
        let collected = USCore.local(visit.start.adding(milliseconds: 300_000))
        return head("Specimen", order.specimen, "us-core-specimen", visit, kind: "specimen")
            + #""status":"available","type":\#(type.concept),"subject":\#(subject),"#
            + #""receivedTime":"\#(USCore.local(visit.end))","#
            + #""request":[{"reference":"ServiceRequest/\#(order.request)"}],"#
            + #""collection":{"collector":{"reference":"Practitioner/prac-\#(visit.practitioner)"},"#
            + #""collectedDateTime":"\#(collected)"}}"#
    }
}
