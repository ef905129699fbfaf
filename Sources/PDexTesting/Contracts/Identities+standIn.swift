public import PDex

extension Identities {
    /// Those of an invented secret; another for each number.
    public static func standIn(_ number: UInt8) -> Identities {
        Identities(secret: [UInt8](repeating: number, count: 32), digests: .standIn)
    }
}
