/// The stable name of everything that can go wrong; never reused once retired.
///
/// Codes appear in errors, logs, SQL, JSON output and `docs/reference/errors.md`.
public enum FaultCode: String, Sendable, Hashable, CaseIterable {
    // The command line and its files.
    case usage = "usage.invalid"
    case configInvalid = "config.invalid"
    case configMissing = "config.missing"
    case folderInUse = "folder.in-use"
    case jobInvalid = "job.invalid"
    case jobUnknown = "job.unknown"
    case jobTypeNotSelected = "job.type-not-selected"
    case jobOutsideWindow = "job.outside-window"
    case jobFilteredOut = "job.filtered-out"
    case exchangeUnknown = "exchange.unknown"
    case exchangeAmbiguous = "exchange.ambiguous"
    case exchangeNotReplayable = "exchange.not-replayable"
    case memberUnknown = "member.unknown"
    case memberAmbiguous = "member.ambiguous"
    case requestInvalid = "request.invalid"
    case requestConflict = "request.conflict"
    case requestUnknown = "request.unknown"
    case requestNotOpen = "request.not-open"
    case requestTooManyUnknown = "request.too-many-unknown"
    case queuePaused = "queue.paused"
    case requestDeskFull = "request.desk-full"

    // Keys and authorization servers.
    case keyMissing = "key.missing"
    case keyExposed = "key.exposed"
    case keyUnusable = "key.unusable"
    case authDiscovery = "auth.discovery"
    case authMethod = "auth.method-unsupported"
    case authInvalidClient = "auth.invalid-client"
    case authInvalidScope = "auth.invalid-scope"
    case authInvalidRequest = "auth.invalid-request"
    case authScopeNotGranted = "auth.scope-not-granted"
    case authTokenRefused = "auth.token-refused"
    case authForbidden = "auth.forbidden"

    // Anything at the other end of a wire.
    case remoteUnreachable = "remote.unreachable"
    case remoteTLS = "remote.tls"
    case remoteTimeout = "remote.timeout"
    case remoteThrottled = "remote.throttled"
    case remoteFailed = "remote.failed"
    case remoteRefused = "remote.refused"
    case remoteMalformed = "remote.malformed"
    case remoteIncomplete = "remote.incomplete"
    case remoteSearchIncomplete = "remote.search-incomplete"
    case remoteSearchRemark = "remote.search-remark"
    case remoteSearchExpired = "remote.search-expired"
    case remoteSearchDemands = "remote.search-demands"
    case remoteTooLarge = "remote.too-large"
    case remotePolicy = "remote.policy"

    // The clinic.
    case clinicCapability = "clinic.capability-missing"
    case clinicExportFailed = "clinic.export-failed"
    case clinicExportGivenUp = "clinic.export-given-up"
    case clinicMalformedLine = "clinic.malformed-line"
    case clinicOddDeletion = "clinic.odd-deletion"
    case clinicManyMissing = "clinic.many-missing"
    case clinicWrongType = "clinic.wrong-type"
    case clinicCountMismatch = "clinic.count-mismatch"
    case clinicSubsetted = "clinic.subsetted"
    case clinicParameterRefused = "clinic.parameter-refused"
    case clinicTypeNotAsked = "clinic.type-not-asked"
    case clinicSearchNarrowed = "clinic.search-narrowed"
    case clinicOtherPatient = "clinic.other-patient"
    case clinicClockAhead = "clinic.clock-ahead"
    case clinicGroupEmpty = "clinic.group-empty"
    case clinicFileGone = "clinic.file-gone"
    case clinicPagingLoop = "clinic.paging-loop"
    case clinicUnlinked = "clinic.unlinked"
    case clinicReferenceMissing = "clinic.reference-missing"
    case clinicNotInRoster = "clinic.not-in-roster"

    // The join.
    case matchAmbiguous = "match.ambiguous"
    case matchContradicted = "match.contradicted"
    case matchUnproven = "match.unproven"
    case matchMergeUnclear = "match.merge-unclear"
    case matchUnmerged = "match.unmerged"
    case matchInactive = "match.inactive"
    case matchApart = "match.kept-apart"
    case matchMoved = "match.moved"
    case matchTaken = "match.taken"
    case matchGroupUnknown = "match.group-unknown"
    case matchGroupStale = "match.group-stale"
    case coverageMissing = "coverage.missing"
    case coverageNotActive = "coverage.not-active"
    case coveragePayorUnknown = "coverage.payor-unknown"

    // Consent.
    case consentMissing = "consent.missing"
    case consentDenied = "consent.denied"
    case consentExpired = "consent.expired"
    case consentOutOfScope = "consent.out-of-scope"
    case consentSensitive = "consent.sensitive"
    case consentRestricted = "consent.restricted"

    // Mapping and bundling.
    case packageUnusable = "package.unusable"
    case mappingInvalid = "mapping.invalid"
    case mappingChanged = "mapping.changed"
    case mappingSkipped = "mapping.skipped"
    case mappingNone = "mapping.none"
    case mappingRequired = "mapping.required-element-missing"
    case conformanceInvalid = "conformance.invalid"
    case bundleTooLarge = "bundle.too-large"
    case provenanceUntargeted = "provenance.untargeted"

    // The payer.
    case payerCapability = "payer.capability-missing"
    case payerRecordsIncomplete = "payer.records-incomplete"
    case payerTypeNotAllowed = "payer.type-not-allowed"
    case rosterInvalid = "roster.invalid"
    case payerRefused = "payer.refused"
    case payerForbidden = "payer.forbidden"
    case payerConflict = "payer.conflict"
    case payerTooLarge = "payer.too-large"
    case payerPartial = "payer.partial"
    case payerUnknownOutcome = "payer.unknown-outcome"
    case payerFolder = "payer.folder-unusable"

    // The queue.
    case attemptsExhausted = "submission.attempts-exhausted"
    case processLost = "submission.process-lost"
    case retracted = "exchange.retracted"
    case retractedByDelete = "exchange.retracted-by-delete"
    case notRetracted = "exchange.not-retracted"
    case superseded = "exchange.superseded"
    case cancelledByOperator = "exchange.cancelled-by-operator"

    // The store.
    case storeLocked = "store.locked"
    case storeNewer = "store.newer"
    case storeExposed = "store.exposed"
    case storeCorrupt = "store.corrupt"
    case storeFailed = "store.failed"
    case storeRestored = "store.restored"
    case storeKeyCollision = "store.key-collision"

    case runUnknown = "run.unknown"
    case runInProgress = "run.in-progress"
    case interrupted = "run.interrupted"
    case unbalanced = "run.unbalanced"
}

extension FaultCode {
    /// Whether a resource was left out because no consent covers it: then not even its id may be told.
    public var isOfConsent: Bool { self == .consentSensitive || self == .consentRestricted }
}
