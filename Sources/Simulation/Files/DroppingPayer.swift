import FHIR
import FHIRClient
import PDex
import Synchronization

/// A payer for which files are left, as one process sees it: the product's own drops on a disk that may fail, or at
/// which the process may end.
struct DroppingPayer: PayerRelay {
    /// What happens to one delivery, and at which disk step.
    private enum Mishap: Sendable {
        case none
        case refuses(DropFolder.Step)
        case kills(DropFolder.Step)

        /// Whether it strikes when everything is written but nothing is visible yet.
        var hides: Bool {
            switch self {
            case .none: false
            case .refuses(let step), .kills(let step): step == .rename
            }
        }
    }

    let server: any PayerServer
    let box: DropBox
    let seams: ProcessSeams
    let clock: ProcessClock
    let host: HostClock
    let planted: PlantedMemory

    func prepareDelivery() async throws {
        try await seams.pass("before the drop folder is looked at", .killedWhilePulling)
        let before = box.drafts.count
        try await payer(.none, known: []).prepareDelivery()
        if box.drafts.count < before { seams.witness.reach(.draftSwept) }
    }

    func trace(of bundle: [UInt8], requestID: String) async throws -> DeliveryTrace? {
        try await seams.pass("before a drop is looked for", .killedBeforeDelivery)
        let trace = try await payer(.none, known: []).trace(of: bundle, requestID: requestID)
        if case .whole = trace { seams.witness.reach(.dropFound) }
        return trace
    }

    func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        try await seams.pass("before a delivery", .killedBeforeDelivery)
        let mishap = mishap()
        seams.order.tell("drop \(requestID) under \(mishap)")
        let known = Set(box.drafts)
        let answer = try await payer(mishap, known: known).submit(bundle, requestID: requestID) { [self] in
            box.date(Set(box.drafts).subtracting(known), at: host.now)
            if seams.weather.strikes(.killInDelivery) { try seams.end(.killedWithDraft) }
            try await seams.pass("a draft is written", .killedWithDraft)
            if planted.bug != .dropBeforeLook { try await lastLook() }
            let taking: Witness.Taking = mishap.hides ? .nothing : .all
            seams.witness.arrived(bundle, requestID: requestID, process: seams.life.name, taking: taking)
        }
        if planted.bug == .dropBeforeLook { try await lastLook() }
        try seams.life.goOn()
        try await seams.pass("after a delivery", .killedAfterDelivery)
        return answer
    }

    private func mishap() -> Mishap {
        let steps = DropFolder.Step.allCases
        if seams.weather.strikes(.dropDisk) { return .refuses(steps[seams.order.roll(steps.count)]) }
        if seams.weather.strikes(.killInDelivery) { return .kills(steps[seams.order.roll(steps.count)]) }
        return .none
    }

    private func payer(_ mishap: Mishap, known: Set<String>) -> DropPayer {
        let folder = DropFolder(path: box.path) { [seams, box, host] step in
            // Nothing of an ended process may reach the disk.
            if seams.life.isOver { return Self.ioError }
            switch mishap {
            case .refuses(step):
                seams.witness.reach(.dropDiskRefused)
                return Self.noSpace
            case .kills(step):
                box.date(Set(box.drafts).subtracting(known), at: host.now)
                seams.strike(.killedAtDrop)
                return Self.ioError
            default: return 0
            }
        }
        return DropPayer(server, name: "med0", folder, clock: clock)
    }

    private static let ioError: Int32 = 5
    private static let noSpace: Int32 = 28
}
