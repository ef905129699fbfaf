import FHIR

/// What R4 says about its own type names, as far as expressions need it.
enum FHIRTypes {
    /// R4's primitive types.
    static let primitives: Set<String> = [
        "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant", "integer",
        "markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid", "xhtml",
    ]
    /// Primitive types whose text is a moment.
    static let moments: Set<String> = ["date", "dateTime", "instant", "time"]
    /// FHIRPath's own types.
    static let system: Set<String> = [
        "Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity",
    ]
    /// The names of R4's resources and of their base types.
    static let resources = Set(ResourceTypes.r4 + ["Resource", "DomainResource"])

    /// The names an expression may use for a type, without a namespace.
    static let names: Set<String> = {
        let shallow = R4Types.names.filter { !$0.isEmpty && !$0.contains(".") }
        return resources.union(system).union(shallow).union(["Base"])
    }()

    /// The names of primitive types for a word that begins in lower case, otherwise all others.
    static func names(like word: String) -> [String] {
        word.first?.isLowercase ?? false ? primitives.sorted() : names.subtracting(primitives).sorted()
    }

    /// Elements that R4 writes with their type at the end of the name, such as `effectiveDateTime`.
    static let choices: Set<String> = [
        "abatement", "additive", "age", "allowed", "amount", "answer", "asNeeded", "author", "born", "bounds",
        "characteristic", "chargeItem", "code", "collected", "content", "created", "date", "deceased", "defaultValue",
        "definingSubstance", "definition", "detail", "diagnosis", "done", "dose", "doseNumber", "due", "effective",
        "entity", "event", "example", "fastingStatus", "fixed", "identified", "indication", "item", "legallyBinding",
        "location", "manufacturer", "maxValue", "medication", "minValue", "minimumVolume", "module", "multipleBirth",
        "name", "occurred", "occurrence", "offset", "onset", "participantEffective", "pattern", "performed",
        "probability", "procedure", "product", "quantity", "rate", "reported", "scheduled", "seriesDoses", "serviced",
        "source", "start", "statusReason", "studyEffective", "subject", "substance", "target", "time", "timing",
        "topic", "used", "value", "what", "when", "where", "why",
    ]

    /// The type that the end of a choice element's name gives: `DateTime` is `dateTime`, `Period` is `Period`.
    static func choiceType(suffix: Substring) -> R4Type? {
        choiceTypes[suffix]
    }

    private static let choiceTypes: [Substring: R4Type] = {
        let complex = [
            "Address", "Age", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactDetail", "ContactPoint",
            "Contributor", "Count", "DataRequirement", "Distance", "Dosage", "Duration", "Expression", "HumanName",
            "Identifier", "Meta", "Money", "ParameterDefinition", "Period", "Quantity", "Range", "Ratio", "Reference",
            "RelatedArtifact", "SampledData", "Signature", "Timing", "TriggerDefinition", "UsageContext",
        ]
        let names = complex.map { (Substring($0), $0) }
        let pairs = names + primitives.map { (Substring($0.prefix(1).uppercased() + $0.dropFirst()), $0) }
        return Dictionary(uniqueKeysWithValues: pairs.compactMap { pair in R4Types.named(pair.1).map { (pair.0, $0) } })
    }()

    /// The elements that identify a structure's type when nothing declares it: all its keys must be among them.
    static let shapes: [String: Set<String>] = [
        "Coding": ["system", "version", "code", "display", "userSelected"],
        "CodeableConcept": ["coding", "text"],
        "Quantity": ["value", "comparator", "unit", "system", "code"],
        "Reference": ["reference", "type", "identifier", "display"],
        "Identifier": ["use", "type", "system", "value", "period", "assigner"],
        "HumanName": ["use", "text", "family", "given", "prefix", "suffix", "period"],
        "Address": [
            "use", "type", "text", "line", "city", "district", "state", "postalCode", "country", "period",
        ],
        "ContactPoint": ["system", "value", "use", "rank", "period"],
        "Period": ["start", "end"],
        "Range": ["low", "high"],
        "Ratio": ["numerator", "denominator"],
    ]
}
