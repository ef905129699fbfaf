public import PDex

extension ScriptedClinic {
    /// What goes wrong.
    public struct Script: Sendable {
        /// Lines added to the export's Observation file verbatim.
        public var strayLines: [String] = []
        /// Lines of an export's deletions file.
        public var deletedLines: [String] = []
        /// Lines of an export's outcomes file.
        public var outcomeLines: [String] = []
        /// Added to the manifest's counts of deletions and outcomes, which are only stated if this is set.
        public var sideMiscount: Int?
        /// Added to the count that the manifest states for Observations.
        public var miscount = 0
        /// Whether Group export is offered.
        public var offersExport = true
        /// Whether exports for a purpose have other types than those asked for, too.
        public var ignoresTypes = false
        /// How many times the download of each type breaks off.
        public var breaks: [String: Int] = [:]
        /// How many times the clinic cannot be reached when each type is downloaded.
        public var outages: [String: Int] = [:]
        /// Search parameters that `/metadata` lists for types shared between patients.
        public var sharedParameters: Set<String> = []
        /// A parameter without which a search for each type is refused with 400.
        public var demands: [String: String] = [:]
        /// Types for which a search is refused, and with which fault.
        public var refusals: [String: FaultCode] = [:]
        /// Types that the token does not allow.
        public var withheld: Set<String> = []
        /// Types for which a read is refused, and with which fault.
        public var refusedReads: [String: FaultCode] = [:]
        /// How far ahead the clinic's clock is, in seconds.
        public var secondsAhead: Double = 0
        /// The fault of a search, by type and patient: `Observation joe`.
        public var poisons: [String: Fault] = [:]
        /// Whether `/metadata` says that searches can include their Provenance.
        public var offersRevInclude = false
        /// Search parameters that `/metadata` lists for Provenance; nil when it does not list the type.
        public var provenanceParameters: Set<String>?
        /// Runs before a search is answered.
        public var beforeSearch: (@Sendable (SearchQuery) -> Void)?
        /// Whether `/metadata` lists Consent.
        public var listsConsent = false
        /// Parameters with which a search is refused with 400.
        public var refusedParameters: Set<String> = []
        /// Parameters that are ignored.
        public var ignored: Set<String> = []
        /// How many searches for each type are lost on the way.
        public var lostSearches: [String: Int] = [:]
        /// Most ids in one search; more are refused.
        public var mostIDs = Int.max
        /// Whether `Patient/[id]/$everything` is offered.
        public var offersEverything = false
        /// Patients for whom the clinic cannot be reached.
        public var unreachable: Set<String> = []
        /// Patients whose resources exports leave out, and ids of other resources left out.
        public var unexported: Set<String> = []
        /// Types that exports leave out.
        public var unexportedTypes: Set<String> = []
        /// How many status requests in a row are lost.
        public var lostPolls = 0
        /// How many status requests are answered with a failed export.
        public var failedPolls = 0
        /// System operations that `/metadata` lists.
        public var systemOperations: Set<String> = []
        /// Search parameters that `/metadata` lists for every type.
        public var searchParameters: Set<String> = ["patient"]
        /// Most matches on a page; the next link leads to more.
        public var pageSize = Int.max
        /// Most pages of one search.
        public var mostPages = 1_000_000
        /// Most resources per page; a search that asks for more, or gives no number, is too large.
        public var mostAPage = Int.max
        /// The last page's next link leads back to the first one.
        public var pagesLoop = false
        /// How many next links have expired.
        public var expiredPages = 0
        /// The severity of an OperationOutcome on every page.
        public var outcomeSeverity: String?
        /// The total that a search states instead of the true one.
        public var statedTotal: Int?
        /// How many kick-offs are answered with 429.
        public var busyStarts = 0
        /// The fault of every kick-off.
        public var refusedStart: Fault?
        /// After how many seconds to poll again, one number for each status request that finds the export unfinished.
        public var pollWaits: [Int] = []
        /// Whether exports are never finished.
        public var stalls = false
        /// The parameters that a kick-off does not accept.
        public var droppedParameters: [ExportStart.Parameter] = []
        /// How long the links of a manifest are valid, in seconds; 0 means for ever.
        public var linksLive: Double = 0
        /// Downloads of these types are refused with 403.
        public var refusedDownloads: Set<String> = []
        /// How many seconds pass while the file of each type is downloaded.
        public var downloadSeconds: [String: Double] = [:]
        /// Whether the status URL returns fresh links.
        public var renewsLinks = true
        /// Whether links have a signature, a different one in every manifest.
        public var signsLinks = false
        /// How many times the link of each type's file is refused as too old.
        public var oldLinks: [String: Int] = [:]
        /// Whether files name no type, and a header precedes the resources of each file.
        public var organizes = false
        /// The fault with which the download of each type's file ends.
        public var badFiles: [String: FaultCode] = [:]

        /// A script in which nothing goes wrong.
        public init() {}
    }
}
