public import FHIR

extension MemberMatchQuestion {
    private static let bundle = "MemberBundle"

    /// Many questions as one: the Parameters of PDex `$bulk-member-match`, a `MemberBundle` for each (BM-02).
    public static func parameters(ofMany questions: [MemberMatchQuestion]) -> JSONValue {
        [
            "resourceType": "Parameters",
            "meta": [
                "profile": [
                    "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/pdex-parameters-multi-member-match-bundle-in"
                ]
            ],
            "parameter": .array(
                questions.map { question in
                    let parts = question.parts.map { part -> JSONValue in
                        ["name": .string(part.name), "resource": .object(part.resource.json)]
                    }
                    return ["name": .string(bundle), "part": .array(parts)]
                }),
        ]
    }

    /// Reads many questions as a payer does: each parameter is a `MemberBundle` with a Consent (BM-02), and no
    /// patient's id occurs twice, because the answer tells patients apart by it (BM-04).
    public static func many(reading json: JSONValue) throws(Flaw) -> [MemberMatchQuestion] {
        guard json["resourceType"]?.string == "Parameters" else { throw Flaw(path: "Parameters", words: "is missing") }
        let bundles = json["parameter"]?.elements ?? []
        guard !bundles.isEmpty else { throw Flaw(path: "Parameters.parameter", words: "is missing") }
        var ids: Set<String> = []
        var questions: [MemberMatchQuestion] = []
        for (index, element) in bundles.enumerated() {
            let place = "Parameters.parameter[\(index)]"
            guard element["name"]?.string == bundle else {
                throw Flaw(path: place, words: "is no parameter of this operation")
            }
            let question = try MemberMatchQuestion(parts: element["part"]?.elements ?? [], path: place + ".part")
            guard question.consent != nil else { throw Flaw(path: place, words: "lacks Consent") }
            guard ids.insert(question.patient.id ?? "").inserted else {
                throw Flaw(path: place, words: "has the id of another MemberPatient")
            }
            questions.append(question)
        }
        return questions
    }
}
