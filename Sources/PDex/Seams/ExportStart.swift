/// A kick-off that was accepted.
public struct ExportStart: Sendable, Hashable {
    /// A part of a kick-off that it can do without. But for types that are left out the export then holds more, and
    /// nothing is missing.
    public enum Parameter: String, Sendable, Hashable, CaseIterable {
        case typeFilter = "_typeFilter"
        case until = "_until"
        case associatedData = "includeAssociatedData"
        case type = "_type"
        /// The types that are wanted besides, such as Consent: they are left out, and have to be had another way.
        case alongside = "types-alongside"
        /// Types that many patients share, such as Practitioner: they are left out, and fetched where they are referred to.
        case shared = "types-shared"
        case since = "_since"
    }

    /// Where the export is asked for.
    public let statusURL: String
    /// What the server refused, or was allowed to ignore: what narrows has to be applied here.
    public let dropped: [Parameter]

    /// Describes a start.
    public init(statusURL: String, dropped: [Parameter] = []) {
        self.statusURL = statusURL
        self.dropped = dropped
    }
}
