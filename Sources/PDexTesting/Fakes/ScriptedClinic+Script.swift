public import PDex

extension ScriptedClinic {
    /// What goes wrong.
    public struct Script: Sendable {
        /// Lines put into the export's Observation file as they are.
        public var strayLines: [String] = []
        /// Lines of an export's file of deletions.
        public var deletedLines: [String] = []
        /// Lines of an export's file of outcomes.
        public var outcomeLines: [String] = []
        /// Added to what the manifest counts of deletions and outcomes, which it counts only then.
        public var sideMiscount: Int?
        /// Added to the count that the manifest states for Observations.
        public var miscount = 0
        /// Whether Group export is offered.
        public var offersExport = true
        /// The download of this type breaks off so many times.
        public var breaks: [String: Int] = [:]
        /// The clinic cannot be reached when this type is downloaded, so many times.
        public var outages: [String: Int] = [:]
        /// Search parameters that `/metadata` lists for types shared between patients.
        public var sharedParameters: Set<String> = []
        /// A parameter without which a search on that type is refused with 400.
        public var demands: [String: String] = [:]
        /// Types on which a search is refused, and how.
        public var refusals: [String: FaultCode] = [:]
        /// Types that the token does not allow.
        public var withheld: Set<String> = []
        /// Types of which reading one is refused, and how.
        public var refusedReads: [String: FaultCode] = [:]
        /// How far ahead the clinic's clock is, in seconds.
        public var secondsAhead: Double = 0
        /// How a search is refused, by its type and patient: `Observation joe`.
        public var poisons: [String: Fault] = [:]
        /// Whether `/metadata` says that searches bring their Provenance along.
        public var offersRevInclude = false
        /// Search parameters that `/metadata` lists for Provenance; nil when it does not list the type.
        public var provenanceParameters: Set<String>?
        /// What happens before a search is answered.
        public var beforeSearch: (@Sendable (SearchQuery) -> Void)?
        /// Whether `/metadata` lists Consent.
        public var listsConsent = false
        /// Parameters with which a search is refused with 400.
        public var refusedParameters: Set<String> = []
        /// Parameters that are not looked at.
        public var ignored: Set<String> = []
        /// Searches on this type are lost on the way, so many times.
        public var lostSearches: [String: Int] = [:]
        /// More ids than so many in one search are refused.
        public var mostIDs = Int.max
        /// Whether `Patient/[id]/$everything` is offered.
        public var offersEverything = false
        /// Patients for whom the clinic cannot be reached.
        public var unreachable: Set<String> = []
        /// Patients whose resources an export leaves out, and ids of what is no patient's.
        public var unexported: Set<String> = []
        /// Types that no export holds.
        public var unexportedTypes: Set<String> = []
        /// So many status requests in a row are lost.
        public var lostPolls = 0
        /// So many status requests are answered with a failed export.
        public var failedPolls = 0
        /// What `/metadata` lists, beside Group export.
        public var systemOperations: Set<String> = []
        /// Search parameters that `/metadata` lists for every type.
        public var searchParameters: Set<String> = ["patient"]
        /// Matches on a page; the next link leads to the next ones.
        public var pageSize = Int.max
        /// How many pages one search may have.
        public var mostPages = 1_000_000
        /// A search that asks for more than so many on a page, or does not say how many, is too large.
        public var mostAPage = Int.max
        /// The last page's next link leads back to the first one.
        public var pagesLoop = false
        /// So many next links are no longer known.
        public var expiredPages = 0
        /// An OperationOutcome of this severity stands on every page.
        public var outcomeSeverity: String?
        /// The total that a search states, when it is not the true one.
        public var statedTotal: Int?
        /// So many kick-offs are answered with 429.
        public var busyStarts = 0
        /// How every kick-off is refused.
        public var refusedStart: Fault?
        /// After how many seconds to ask for an export again, one for each status request that finds it unfinished.
        public var pollWaits: [Int] = []
        /// Whether exports are never finished.
        public var stalls = false
        /// What a kick-off would not take.
        public var droppedParameters: [ExportStart.Parameter] = []
        /// How long the links of a manifest are good, in seconds; 0 means for ever.
        public var linksLive: Double = 0
        /// Downloads of these types are refused with 403.
        public var refusedDownloads: Set<String> = []
        /// So many seconds pass while the file of this type is downloaded.
        public var downloadSeconds: [String: Double] = [:]
        /// Whether fresh links are to be had from the status URL.
        public var renewsLinks = true
        /// Whether links have a signature, another one in every manifest.
        public var signsLinks = false
        /// The link of this type's file is refused as too old, so many times.
        public var oldLinks: [String: Int] = [:]
        /// Whether files name no type, and a header stands before the resources of each file.
        public var organizes = false
        /// How the download of a type's file ends.
        public var badFiles: [String: FaultCode] = [:]

        /// Nothing goes wrong.
        public init() {}
    }
}
