public import PDex

/// A gate finding on one resource of an exchange, or why a mapping refused it, and what became of the resource.
public struct RemarkedResource: Sendable, Hashable {
    /// What became of a resource that does not conform.
    public enum Fate: String, Sendable, CaseIterable {
        /// It was sent: the payer's gate only reports.
        case sent
        /// It was left out, and the rest was sent.
        case leftOut = "left-out"
        /// It holds the whole exchange.
        case held
    }

    /// The finding.
    public let finding: GateFinding
    /// What became of it.
    public let fate: Fate

    /// Reads the fate from the exchange, whose manifest says what became of each resource.
    init(_ finding: GateFinding, in exchange: Exchange) {
        self.finding = finding
        let entry = finding.resource.flatMap { resource in
            exchange.manifest.entries.first { $0.key == resource }
        }
        if exchange.reason == .conformanceInvalid || exchange.reason == .mappingRequired {
            fate = .held
        } else {
            let isSent = finding.resource == nil || entry.map { $0.leftOut == nil } == true
            fate = isSent ? .sent : .leftOut
        }
    }
}
