/// R4's primitive types (FHIR R4 §2.24.0.1).
enum PrimitiveType: String, Sendable {
    case base64Binary, boolean, canonical, code, date, dateTime, decimal, id, instant, integer, markdown, oid
    case positiveInt, string, time, unsignedInt, uri, url, uuid, xhtml

    /// A type by the code of a definition, including FHIRPath's own names.
    init?(definitionCode code: String) {
        if let own = PrimitiveType(rawValue: code) {
            self = own
            return
        }
        switch code {
        case "http://hl7.org/fhirpath/System.String": self = .string
        case "http://hl7.org/fhirpath/System.Boolean": self = .boolean
        case "http://hl7.org/fhirpath/System.Integer": self = .integer
        case "http://hl7.org/fhirpath/System.Decimal": self = .decimal
        case "http://hl7.org/fhirpath/System.Date": self = .date
        case "http://hl7.org/fhirpath/System.DateTime": self = .dateTime
        case "http://hl7.org/fhirpath/System.Time": self = .time
        default: return nil
        }
    }
}
