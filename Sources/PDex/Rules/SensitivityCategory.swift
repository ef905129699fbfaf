/// One kind of information that is not sent along with the rest: a file in `mappings/sensitivity` (CO-05 … CO-07).
public struct SensitivityCategory: Sendable, Hashable {
    /// What releases it.
    public enum Release: String, Sendable, CaseIterable {
        /// Nothing that a payer records: it stays here under every consent.
        case nothing
        /// An HRex Consent `#sensitive`.
        case sensitiveConsent = "sensitive-consent"
    }

    /// Its name, which is also its file's.
    public let name: String
    /// What it is, in a sentence.
    public let about: String
    /// What releases it.
    public let release: Release
    /// The clinics that it applies to; nil means all.
    public let clinics: Set<String>?
    /// Codes in `meta.security` and `securityLabel`.
    public let labels: CodeList
    /// Codes in `meta.tag`.
    public let tags: CodeList
    /// Codes anywhere: diagnoses, results, drugs, procedures, services, departments, flags, accounts.
    public let codes: CodeList
    /// Whole resource types.
    public let types: Set<String>
    /// Departments and places as the clinic refers to them, such as `Location/7`.
    public let places: Set<String>

    /// Describes a category.
    public init(
        name: String, about: String = "", release: Release, clinics: Set<String>? = nil, labels: CodeList = CodeList(),
        tags: CodeList = CodeList(), codes: CodeList = CodeList(), types: Set<String> = [], places: Set<String> = []
    ) {
        self.name = name
        self.about = about
        self.release = release
        self.clinics = clinics
        self.labels = labels
        self.tags = tags
        self.codes = codes
        self.types = types
        self.places = places
    }

    /// How many things it looks for.
    public var count: Int { labels.count + tags.count + codes.count + types.count + places.count }
}
