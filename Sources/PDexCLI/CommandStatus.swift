import PDex
import Pipeline

/// The exit status of the process; documented in every command's help.
enum CommandStatus: Int32, Sendable, CaseIterable {
    case success = 0
    case failed = 1
    case usage = 2
    case partial = 3
    case authentication = 4
    case unreachable = 5
    case locked = 75
    case interrupted = 130

    /// The status of a command that fails with a fault.
    init(_ code: FaultCode) {
        switch code {
        case .usage, .configInvalid, .configMissing, .jobInvalid, .jobUnknown, .exchangeUnknown,
            .exchangeAmbiguous, .memberUnknown, .memberAmbiguous, .matchGroupUnknown,
            .matchGroupStale, .requestInvalid, .requestConflict, .requestUnknown, .runUnknown,
            .mappingInvalid, .packageUnusable,
            .keyMissing, .keyExposed, .keyUnusable, .storeNewer,
            .storeExposed:
            self = .usage
        case .authDiscovery, .authMethod, .authInvalidClient, .authInvalidScope, .authInvalidRequest,
            .authScopeNotGranted, .authTokenRefused, .authForbidden:
            self = .authentication
        case .remoteUnreachable, .remoteTLS, .remoteTimeout, .remoteThrottled, .remoteFailed, .payerFolder:
            self = .unreachable
        case .unbalanced:
            self = .partial
        case .storeLocked, .runInProgress, .folderInUse, .requestDeskFull:
            self = .locked
        case .interrupted:
            self = .interrupted
        case .exchangeNotReplayable, .exchangeNotCancellable, .jobTypeNotSelected, .jobFilteredOut, .remoteRefused,
            .remoteMalformed,
            .remoteIncomplete,
            .remoteSearchIncomplete, .remoteSearchRemark, .remoteSearchExpired, .remoteSearchDemands,
            .clinicSearchNarrowed, .clinicOtherPatient, .clinicClockAhead, .clinicGroupEmpty,
            .remoteTooLarge, .remotePolicy, .clinicCapability, .clinicExportFailed, .clinicExportGivenUp,
            .clinicMalformedLine,
            .clinicOddDeletion, .clinicManyMissing, .clinicWrongType,
            .clinicCountMismatch, .clinicSubsetted, .clinicParameterRefused, .clinicTypeNotAsked, .clinicFileGone,
            .clinicPagingLoop, .clinicUnlinked, .clinicReferenceMissing, .clinicNotInRoster,
            .matchAmbiguous, .matchContradicted, .matchUnproven, .matchMergeUnclear, .matchUnmerged, .matchInactive,
            .matchApart, .matchMoved, .matchTaken, .matchGroupWithheld,
            .jobOutsideWindow, .payerTypeNotAllowed, .rosterInvalid,
            .coverageMissing,
            .coverageNotActive, .coveragePayorUnknown, .consentMissing, .consentDenied, .consentExpired,
            .consentOutOfScope, .consentUnread,
            .consentSensitive, .consentRestricted, .mappingChanged, .mappingSkipped, .mappingNone, .mappingRequired,
            .conformanceInvalid,
            .bundleTooLarge, .provenanceUntargeted,
            .payerCapability, .payerRecordsIncomplete, .payerRefused, .payerForbidden, .payerConflict, .payerTooLarge,
            .payerPartial,
            .payerUnknownOutcome, .attemptsExhausted, .processLost, .superseded, .retracted, .retractedByDelete,
            .notRetracted,
            .cancelledByOperator, .requestTakenBack,
            .requestNotOpen, .apiUnauthorized, .apiForbidden, .apiPathUnknown, .apiMethod, .apiMalformed,
            .apiFailed, .requestTooManyUnknown, .queuePaused, .storeCorrupt, .storeRestored, .storeFailed,
            .storeKeyCollision:
            self = .failed
        }
    }

    /// The status of a command that carried out a run.
    init(_ state: Run.State) {
        switch state {
        case .complete: self = .success
        case .partial: self = .partial
        case .failed, .running: self = .failed
        }
    }

    /// The list shown in every help text.
    static let listing = """
        EXIT CODES
          0 ok, 1 failed, 2 usage or configuration, 3 partial (something failed
          or does not add up), 4 authentication, 5 remote unreachable, 75 store
          locked or job under way in another process, 130 interrupted (the same
          command goes on where it stood)
        """
}

/// Ends a command that has already printed everything.
struct Ending: Error {
    let status: CommandStatus

    /// Throws unless `status` is success.
    static func check(_ status: CommandStatus) throws(Ending) {
        if status != .success { throw Ending(status: status) }
    }
}
