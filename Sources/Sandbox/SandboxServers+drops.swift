/// Taking the drops that are left in a folder for Med0.
extension SandboxServers {
    /// The outcome of taking drops.
    public struct Intake: Sendable, Hashable {
        /// How many were taken.
        public var taken = 0
        /// Why the others were not.
        public var refused: [String] = []
    }

    /// Takes the drops that wait in Med0's folder, in the order of their names, each whole or not at all; does nothing
    /// without such a folder. Moves drops that were taken into `taken` there, the others into `refused`.
    @discardableResult
    public func takeDrops() throws -> Intake {
        var result = Intake()
        guard let intake = drops else { return result }
        for drop in intake.waiting {
            do throws(Refusal) {
                try payer.carryOut(try intake.writes(of: drop))
            } catch {
                result.refused.append("\(drop): \(error.diagnostics)")
                try intake.move(drop, to: "refused")
                continue
            }
            result.taken += 1
            try intake.move(drop, to: "taken")
        }
        return result
    }
}
