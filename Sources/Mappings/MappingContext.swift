public import FHIR
import FHIRPath

/// What mapping files may use in addition to the resource: `%clinic`, `%payer` and the targets of references.
public struct MappingContext: Sendable {
    /// The clinic's FHIR base URL: `%clinic.base`.
    public let clinicBase: String
    /// The system of identifiers made from the clinic's ids: `%clinic.identifierSystem`.
    public let clinicIdentifierSystem: String
    /// The payer's name: `%payer.name`.
    public let payerName: String

    /// The systems of the payer's member and subscriber numbers: `%payer.numberSystems`.
    public let payerNumberSystems: Set<String>

    let environment: PathEnvironment

    /// Describes a context; the clinic's NPI is `%clinic.npi`, and the name of its organization `%clinic.organization`.
    ///
    /// Without `resolve`, which finds the resource behind a reference, expressions find only contained resources.
    /// Without `memberOf`, which says whether a code, Coding or CodeableConcept is in the value set with a URL (nil
    /// when that cannot be said), `memberOf()` yields nothing.
    public init(
        clinicBase: String, clinicIdentifierSystem: String, clinicNPI: String, clinicOrganization: String,
        payerName: String, payerNumberSystems: Set<String> = [],
        resolve: (@Sendable (String) -> Resource?)? = nil,
        memberOf: (@Sendable (JSONValue, String) -> Bool?)? = nil
    ) {
        self.clinicBase = clinicBase
        self.clinicIdentifierSystem = clinicIdentifierSystem
        self.payerName = payerName
        self.payerNumberSystems = payerNumberSystems
        var environment = PathEnvironment(
            variables: [
                "clinic": [
                    "base": .string(clinicBase), "identifierSystem": .string(clinicIdentifierSystem),
                    "npi": .string(clinicNPI), "organization": .string(clinicOrganization),
                ],
                "payer": Self.payer(payerName, payerNumberSystems),
            ],
            resolve: resolve)
        if let memberOf { environment.memberOf = memberOf }
        self.environment = environment
    }

    private static func payer(_ name: String, _ systems: Set<String>) -> JSONValue {
        ["name": .string(name), "numberSystems": .array(systems.sorted().map(JSONValue.string))]
    }

    private init(_ other: MappingContext, _ environment: PathEnvironment, _ systems: Set<String>? = nil) {
        clinicBase = other.clinicBase
        clinicIdentifierSystem = other.clinicIdentifierSystem
        payerName = other.payerName
        payerNumberSystems = systems ?? other.payerNumberSystems
        self.environment = environment
    }

    /// The same, but `memberOf()` answers what `memberOf` says.
    public func knowing(_ memberOf: @escaping @Sendable (JSONValue, String) -> Bool?) -> MappingContext {
        var environment = environment
        environment.memberOf = memberOf
        return MappingContext(self, environment)
    }

    /// The same, but the payer has numbers of these systems as well.
    public func adding(payerNumberSystems systems: Set<String>) -> MappingContext {
        let all = payerNumberSystems.union(systems)
        guard all.count > payerNumberSystems.count else { return self }
        var environment = environment
        environment.variables["payer"] = Self.payer(payerName, all)
        return MappingContext(self, environment, all)
    }

    /// The same, but expressions find what `resolve` finds.
    public func resolving(_ resolve: @escaping @Sendable (String) -> Resource?) -> MappingContext {
        var environment = environment
        environment.resolve = resolve
        return MappingContext(self, environment)
    }
}
