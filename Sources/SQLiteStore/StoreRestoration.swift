public import FHIR
import PDex

/// Why, by whom and when a backup is restored; and what that does to the store so that it is safe to run.
///
/// A backup is old: by now the payer may have newer data than its outbox holds, and clinics may have moved on from
/// where its runs stood. So waiting exchanges are cancelled, and made again from what the next run pulls; runs, exports
/// and replays under way are ended. Nothing older follows something newer (Q-03, R16).
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

    /// The instant for use in a file name.
    var stamp: String { at.text.filter { $0.isLetter || $0.isNumber } }
}
