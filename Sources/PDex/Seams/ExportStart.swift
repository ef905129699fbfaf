/// A kick-off that was accepted.
public struct ExportStart: Sendable, Hashable {
    /// A part of a kick-off that may be left out. The export then holds more and nothing is missing, unless it is types
    /// that were left out.
    public enum Parameter: String, Sendable, Hashable, CaseIterable {
        case typeFilter = "_typeFilter"
        case until = "_until"
        case associatedData = "includeAssociatedData"
        case type = "_type"
        /// Types wanted in addition, such as Consent: they are left out, and must be obtained another way.
        case alongside = "types-alongside"
        /// Types that many patients share, such as Practitioner: left out, and fetched where something refers to them.
        case shared = "types-shared"
        case since = "_since"
    }

    /// The URL at which the export's status is polled.
    public let statusURL: String
    /// What the server refused, or was allowed to ignore; filters among it have to be applied here.
    public let dropped: [Parameter]

    /// Describes a start.
    public init(statusURL: String, dropped: [Parameter] = []) {
        self.statusURL = statusURL
        self.dropped = dropped
    }
}
