public import PDex

extension Identities {
    /// Identities from an invented secret, a different one for each number.
    public static func standIn(_ number: UInt8) -> Identities {
        Identities(secret: [UInt8](repeating: number, count: 32), digests: .standIn)
    }
}
