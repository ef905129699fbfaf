/// What must hold whatever happens: the simulation's part of the promises.
public enum Promise: String, Sendable, CaseIterable {
    case sameState = "the payer's state equals that of a run without faults"
    case nobodyElse = "nothing of anybody who did not permit it"
    case consentInTime = "no delivery begins on a consent that was withdrawn longer ago than records may be old"
    case consentKnown = "no delivery begins once the withdrawal is in the store"
    case oneCopy = "the payer holds one copy of each resource"
    case neverOlder = "no older version after a newer one"
    case acknowledgedIsTaken = "what is acknowledged was taken by the payer"
    case nothingLost = "nothing is left open or lost in the end"
    case conservation = "every exchange stands in one line of the balance"
    case audit = "each state has its audit entry, and the chain holds"
    case oneHolder = "only the holder of a claim writes what became of it"
    case oneRunner = "one process works on a job's run"
    case politeness = "nothing is sent before the time the payer named"
    case closedIsClosed =
        "nothing is claimed for a payer that is left alone, but for one delivery when its time has come"
    case jitter = "waits are random"
}
