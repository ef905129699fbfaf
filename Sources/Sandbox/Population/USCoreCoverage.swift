import FHIR

/// A US Core Coverage with Med0: the member is the subscriber.
struct USCoreCoverage {
    let number: Int
    let lastUpdated: Instant
    /// First day covered.
    let start: String
    /// Last day covered; nil when the cover continues.
    let end: String?

    /// The resource as JSON text.
    var text: String {
        let memberID = MemberProfile.memberID(number)
        let plan = ClinicalCode.hl7("coverage-class", "plan", "Plan")
        let group = ClinicalCode.hl7("coverage-class", "group", "Group")
        let end = end.map { #","end":"\#($0)""# } ?? ""
        return #"{"resourceType":"Coverage","id":"cov-\#(MemberProfile.digits(number))","#
            + USCore.meta("us-core-coverage", lastUpdated: lastUpdated)
            + #","identifier":[\#(USCore.memberIdentifier(memberID))],"status":"active","#
            + #""type":\#(ClinicalCode.hl7("v3-ActCode", "EHCPOL", "extended healthcare").concept),"#
            + #""subscriberId":"\#(memberID.dropLast(3))","#
            + #""beneficiary":{"reference":"Patient/\#(MemberProfile.payerPatientID(number))"},"#
            + #""relationship":\#(ClinicalCode.hl7("subscriber-relationship", "self", "Self").concept),"#
            + #""period":{"start":"\#(start)"\#(end)},"#
            + #""payor":[{"reference":"Organization/med0","display":"Med0 Health Plan"}],"#
            + #""class":[{"type":\#(group.concept),"value":"MED0-GROUP-1","name":"Springfield Employers"},"#
            + #"{"type":\#(plan.concept),"value":"MED0-PLAN-A","name":"Med0 Plan A"}]}"#
    }
}
