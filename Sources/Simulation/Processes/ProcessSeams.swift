import FHIR
import PDex
import PDexTesting

/// What happens at every seam of a process: others may come first, and the process may end or stand still there.
struct ProcessSeams: Sendable {
    let life: ProcessLife
    let order: TurnOrder
    let weather: Weather
    let witness: Witness

    /// Passes a boundary, unless the process ends there.
    func pass(_ boundary: String, _ rare: RareState, mayStandStill: Bool = true) async throws {
        await order.turn(boundary)
        try life.goOn()
        if weather.strikes(.kill) {
            try end(rare)
        }
        if mayStandStill, weather.strikes(.pause) {
            await order.turn("stand still", seconds: [20.0, 400, 1500][order.roll(3)])
            try life.goOn()
        }
    }

    /// Ends the process here.
    func end(_ rare: RareState) throws -> Never {
        strike(rare)
        throw ProcessLife.IsOver()
    }

    /// Ends the process; the caller runs on until its next seam.
    func strike(_ rare: RareState) {
        order.tell("killed")
        witness.reach(rare)
        if witness.isGoingOn(life.name) { witness.reach(.killedInRecovery) }
        witness.died(life.name, killed: true)
        life.end()
    }
}
