public import FHIR

extension MemberMatchQuestion {
    /// What is wrong with a question, and where; never the offending value.
    public struct Flaw: Error, Sendable, Hashable {
        /// Where, as FHIRPath.
        public let path: String
        /// What, such as `is missing`.
        public let words: String
    }

    private static let types = [
        "MemberPatient": "Patient", "CoverageToMatch": "Coverage", "CoverageToLink": "Coverage", "Consent": "Consent",
    ]

    /// Reads a question as a payer does: only HRex's parameters, each once (MM-01); every reference to the person local
    /// (MM-03); and a person with name, birth date, and gender or birth sex (MM-06).
    public init(reading json: JSONValue) throws(Flaw) {
        guard json["resourceType"]?.string == "Parameters" else { throw Flaw(path: "Parameters", words: "is missing") }
        try self.init(parts: json["parameter"]?.elements ?? [], path: "Parameters.parameter")
    }

    /// Reads the parts of one question; when many are asked, each question is a `MemberBundle` (BM-02).
    public init(parts: [JSONValue], path: String) throws(Flaw) {
        var found: [String: Resource] = [:]
        for (index, part) in parts.enumerated() {
            let place = "\(path)[\(index)]"
            guard let name = part["name"]?.string, let type = Self.types[name] else {
                throw Flaw(path: place, words: "is no parameter of this operation")
            }
            guard found[name] == nil else { throw Flaw(path: place, words: "is there twice") }
            guard let resource = part["resource"].flatMap({ try? Resource($0) }), resource.type == type else {
                throw Flaw(path: place, words: "is not a \(type)")
            }
            found[name] = resource
        }
        guard let patient = found["MemberPatient"] else { throw Flaw(path: path, words: "lacks MemberPatient") }
        guard let coverage = found["CoverageToMatch"] else { throw Flaw(path: path, words: "lacks CoverageToMatch") }
        try Self.check(patient)
        let local = "Patient/" + (patient.id ?? "")
        for (name, element) in [
            ("CoverageToMatch", "beneficiary"), ("CoverageToLink", "beneficiary"), ("Consent", "patient"),
        ] {
            guard let part = found[name] else { continue }
            guard part[element]?["reference"]?.string == local else {
                throw Flaw(path: "\(name).\(element)", words: "does not refer to MemberPatient as Patient/[id]")
            }
        }
        self.init(
            patient: patient, coverage: coverage, coverageToLink: found["CoverageToLink"], consent: found["Consent"])
    }

    private static func check(_ patient: Resource) throws(Flaw) {
        guard patient.id != nil else { throw Flaw(path: "MemberPatient.id", words: "is missing") }
        let isNamed = (patient["name"]?.elements ?? []).contains {
            $0["family"]?.string != nil && $0["given"]?.elements.first?.string != nil
        }
        guard isNamed else { throw Flaw(path: "MemberPatient.name", words: "needs a family and a given name") }
        guard patient["birthDate"]?.string != nil else {
            throw Flaw(path: "MemberPatient.birthDate", words: "is missing")
        }
        guard patient["gender"]?.string != nil || patient.birthSex != nil else {
            throw Flaw(path: "MemberPatient.gender", words: "is missing, and so is the birth sex")
        }
    }
}

extension Resource {
    /// The extension US Core Birth Sex of a Patient.
    public var birthSex: JSONValue? {
        (self["extension"]?.elements ?? []).first {
            $0["url"]?.string == "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
        }
    }
}
