public import PDex

/// What the gate found in one resource of an exchange, or why a mapping refused it, and what became of the resource.
public struct RemarkedResource: Sendable, Hashable {
    /// What becomes of a resource that does not conform.
    public enum Fate: String, Sendable, CaseIterable {
        /// It went out: the payer's gate only reports.
        case sent
        /// It stayed here, and the rest went out.
        case leftOut = "left-out"
        /// It holds the whole exchange.
        case held
    }

    /// What was found.
    public let finding: GateFinding
    /// What became of it.
    public let fate: Fate

    /// Judges by the exchange: what became of a resource stands in its manifest.
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
