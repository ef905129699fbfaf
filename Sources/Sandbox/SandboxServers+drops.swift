/// What is left in a folder for Med0.
extension SandboxServers {
    /// What taking drops came to.
    public struct Intake: Sendable, Hashable {
        /// How many were taken.
        public var taken = 0
        /// Why others were not.
        public var refused: [String] = []
    }

    /// Takes what waits in Med0's drop folder, in the order of its names, each drop whole or not at all; nothing
    /// without such a folder. What was taken is moved into `taken` there, what was not into `refused`.
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
