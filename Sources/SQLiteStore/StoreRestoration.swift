public import FHIR
import PDex

/// Why a backup is restored, by whom and when; what it does to the store so that it is safe to run.
///
/// A backup is old: the payer may have newer data by now than what waits in its outbox, and clinics may have moved on
/// from where its runs stood. So what waits is cancelled, and made again from what the next run pulls; runs and exports
/// under way are ended, and so are replays. Nothing older follows something newer (Q-03, R16).
public struct StoreRestoration: Sendable {
    /// When.
    public let at: Instant
    /// Who.
    public let actor: String
    /// Why; never names a person.
    public let reason: String

    /// Describes a restoration.
    public init(at: Instant, actor: String, reason: String) {
        self.at = at
        self.actor = actor
        self.reason = reason
    }

    /// The instant as it stands in a file name.
    var stamp: String { at.text.filter { $0.isLetter || $0.isNumber } }
}
