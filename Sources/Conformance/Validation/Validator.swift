public import FHIR

/// Holds resources against the profiles of implementation guides.
///
/// Profiles are compiled when they are first met; a validator is meant to be kept. See docs/reference/conformance.md for
/// what is checked and what is not.
public struct Validator: Sendable {
    private let library: ProfileLibrary

    /// A validator over packages, and sheets for the profiles that they lack.
    public init(_ packages: PackageSet, sheets: ProfileSheets = ProfileSheets()) {
        library = ProfileLibrary(packages, sheets: sheets)
        identity = (packages.packages.map(\.label) + [sheets.hash]).joined(separator: " ")
    }

    /// What decides its verdicts, in a line that changes when they may: the packages and the sheets.
    public let identity: String

    /// The packages behind it.
    public var packages: PackageSet { library.packages }

    /// Holds a resource against profiles; without any, against those it claims in `meta.profile`, or its type alone.
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
