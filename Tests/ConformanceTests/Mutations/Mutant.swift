import FHIR

/// A resource with one fault put in.
struct Mutant {
    let kind: String
    /// The rule that has to notice it.
    let rule: String
    let element: String
    let profile: String
    let json: JSONValue
}
