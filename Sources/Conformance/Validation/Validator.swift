public import FHIR

/// Checks resources against the profiles of implementation guides.
///
/// Profiles are compiled when they are first met; a validator is meant to be kept. See docs/reference/conformance.md
/// for what is checked and what is not.
public struct Validator: Sendable {
    private let library: ProfileLibrary

    /// A validator over packages, and sheets for the profiles that they lack.
    public init(_ packages: PackageSet, sheets: ProfileSheets = ProfileSheets()) {
        library = ProfileLibrary(packages, sheets: sheets)
        identity = (packages.packages.map(\.label) + [sheets.hash]).joined(separator: " ")
    }

    /// Everything that decides its verdicts, in a line that changes when they may: the packages and the sheets.
    public let identity: String

    /// The packages behind it.
    public var packages: PackageSet { library.packages }

    /// Whether a profile depends on the targets of references: only then does an index of a bundle matter.
    public func asksTargets(_ profile: String) -> Bool { library.profile(profile)?.asksTargets ?? false }

    /// Whether a code, Coding or CodeableConcept is in a value set; nil when that cannot be said.
    public func isMember(_ value: JSONValue, of valueSet: String) -> Bool? { library.isMember(value, of: valueSet) }

    /// Whether membership in the value set can be decided for every code: everything that the set draws on is here.
    public func decides(_ valueSet: String) -> Bool { library.valueSet(valueSet)?.isDecidable ?? false }

    /// Checks a resource against profiles; without any, against those it claims in `meta.profile`, or its type alone.
    ///
    /// `fullURLs` finds the resources of a bundle that references point at.
    public func validate(
        _ resource: JSONValue, against profiles: [String] = [], fullURLs: BundleIndex? = nil
    ) -> ConformanceReport {
        let run = ValidationRun(library, index: fullURLs)
        let used = run.validate(resource, against: profiles)
        return ConformanceReport(findings: run.collected(), profiles: used)
    }
}
