import FHIR

/// One patient's record at Clinic0: the Patient, facts that do not depend on visits, and the visits.
struct ClinicRecord {
    let profile: MemberProfile
    let asOf: Instant
    var random: RandomSource
    /// A separate sequence for what surrounds the visits, so that adding it did not change the visits.
    var others: RandomSource

    init(profile: MemberProfile, seed: UInt64, asOf: Instant) {
        self.profile = profile
        self.asOf = asOf
        random = RandomSource(seed: seed, stream: UInt64(profile.number) << 8 | 2)
        others = RandomSource(seed: seed, stream: UInt64(profile.number) << 8 | 3)
    }

    /// Every resource of the record as JSON text.
    mutating func resources() -> [String] {
        var texts = [patient(), problem()]
        if random.chance(percent: 60) { texts.append(allergy()) }
        texts += surroundings()
        let visits = 2 + random.below(2)
        for number in 1...visits {
            let visit = Visit(number: number, of: profile, asOf: asOf, random: &random)
            texts += documents(of: visit)
        }
        return texts
    }

    var subject: String { #"{"reference":"Patient/\#(profile.patientID)"}"# }

    /// An id of this record, such as `cond-000001-2`.
    func id(_ kind: String, _ part: String) -> String {
        "\(kind)-\(MemberProfile.digits(profile.number))-\(part)"
    }

    /// The business identifier that the clinic gives to a resource.
    func identifier(_ kind: String, _ id: String) -> String {
        #""identifier":[{"system":"https://clinic0.example/\#(kind)","value":"\#(id)"}]"#
    }

    private mutating func patient() -> String {
        let races = [("2106-3", "White"), ("2054-5", "Black or African American"), ("2028-9", "Asian")]
        let (raceCode, raceName) = random.pick(races)
        let race = ClinicalCode(system: "urn:oid:2.16.840.1.113883.6.238", code: raceCode, display: raceName)
        let ethnicity = ClinicalCode(
            system: "urn:oid:2.16.840.1.113883.6.238", code: "2186-5", display: "Not Hispanic or Latino")
        let updated = asOf.adding(milliseconds: -Int64(random.number(in: 30...700)) * 86_400_000)
        let memberID = profile.isMemberIDKnownToClinic ? "," + USCore.memberIdentifier(profile.memberID) : ""
        return
            #"{"resourceType":"Patient","id":"\#(profile.patientID)","#
            + #"\#(USCore.meta("us-core-patient", lastUpdated: updated)),"#
            + #""extension":\#(USCore.raceAndEthnicity(race, ethnicity)),"#
            + #""identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","#
            + #""code":"MR"}]},"#
            + #""system":"https://clinic0.example/mrn","value":"\#(profile.recordNumber)"}\#(memberID)],"active":true,"#
            + Demographics.text(of: profile)
            + #","managingOrganization":{"reference":"Organization/clinic0"}}"#
    }

    private mutating func problem() -> String {
        let onset = asOf.adding(milliseconds: -Int64(random.number(in: 400...3_000)) * 86_400_000)
        let problem = random.pick(ClinicalCodes.problems)
        let category = ClinicalCode.hl7("condition-category", "problem-list-item", "Problem List Item")
        let id = id("cond", "problem")
        return #"{"resourceType":"Condition","id":"\#(id)","#
            + USCore.meta(
                "us-core-condition-problems-health-concerns", lastUpdated: onset.adding(milliseconds: 3_600_000))
            + #",\#(identifier("condition", id)),"#
            + #"\#(Self.activeAndConfirmed("condition-clinical", "condition-ver-status")),"#
            + #""category":[\#(category.concept)],"#
            + #""code":\#(problem.concept),"subject":\#(subject),"onsetDateTime":"\#(USCore.day(onset))","#
            + #""recordedDate":"\#(USCore.day(onset))"}"#
    }

    private mutating func allergy() -> String {
        let recorded = asOf.adding(milliseconds: -Int64(random.number(in: 100...2_000)) * 86_400_000)
        let id = id("allergy", "1")
        let rash = ClinicalCode.snomed("271807003", "Eruption of skin")
        return #"{"resourceType":"AllergyIntolerance","id":"\#(id)","#
            + USCore.meta("us-core-allergyintolerance", lastUpdated: recorded)
            + #",\#(identifier("allergy", id)),"#
            + Self.activeAndConfirmed("allergyintolerance-clinical", "allergyintolerance-verification")
            + #","code":\#(random.pick(ClinicalCodes.allergies).concept),"patient":\#(subject),"#
            + #""recordedDate":"\#(USCore.day(recorded))","reaction":[{"manifestation":[\#(rash.concept)]}]}"#
    }

    /// `clinicalStatus` and `verificationStatus` of conditions and allergies.
    static func activeAndConfirmed(_ clinical: String, _ verification: String) -> String {
        #""clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/\#(clinical)","#
            + #""code":"active"}]},"# + confirmed(verification)
    }

    /// `verificationStatus` alone.
    static func confirmed(_ verification: String) -> String {
        #""verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/\#(verification)","#
            + #""code":"confirmed"}]}"#
    }
}
