public import FHIR
import FHIRPath

/// What mapping files may know besides the resource: `%clinic`, `%payer` and what references point at.
public struct MappingContext: Sendable {
    /// The clinic's FHIR base URL: `%clinic.base`.
    public let clinicBase: String
    /// The system of identifiers made from the clinic's ids: `%clinic.identifierSystem`.
    public let clinicIdentifierSystem: String
    /// The payer's name: `%payer.name`.
    public let payerName: String

    let environment: PathEnvironment

    /// Describes a context; without `resolve`, expressions find contained resources only.
    public init(
        clinicBase: String, clinicIdentifierSystem: String, payerName: String,
        resolve: (@Sendable (String) -> Resource?)? = nil
    ) {
        self.clinicBase = clinicBase
        self.clinicIdentifierSystem = clinicIdentifierSystem
        self.payerName = payerName
        environment = PathEnvironment(
            variables: [
                "clinic": ["base": .string(clinicBase), "identifierSystem": .string(clinicIdentifierSystem)],
                "payer": ["name": .string(payerName)],
            ],
            resolve: resolve)
    }
}
