import PDex

/// The shared store as one process sees it: a transaction not committed when its life ends never is.
struct ProcessStore: Store {
    let store: any Store
    let seams: ProcessSeams
    let payer: String
    let planted: PlantedMemory

    func read<Value: Sendable>(_ body: @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        await seams.order.turn("read")
        try seams.life.goOn()
        let planted = planted
        let value = try await store.read { reader in try body(planted.reader(reader)) }
        seams.witness.looked()
        return value
    }

    func write<Value: Sendable>(_ body: @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await seams.pass("before a commit", .killedBeforeCommit)
        if seams.weather.strikes(.fullDisk) {
            seams.witness.reach(.diskFull)
            throw Fault(.storeFailed, .stop, "the simulated disk is full")
        }
        try await planted.prepare(store, seams.order)
        let isKilled = seams.weather.strikes(.kill)
        let (planted, payer) = (planted, payer)
        let committed: (value: Value, notes: [StoreNote])
        do {
            committed = try await store.write { writer in
                let watched = WatchedWriter(planted.writer(writer), payer: payer)
                let value = try body(watched)
                if isKilled { throw ProcessLife.IsOver() }
                return (value, watched.notes)
            }
        } catch is ProcessLife.IsOver where isKilled {
            try seams.end(.killedInCommit)
        } catch let fault as Fault where fault.code == .runInProgress {
            seams.witness.reach(.runHeldElsewhere)
            throw fault
        }
        seams.witness.committed(committed.notes, by: seams.life.name)
        try await seams.pass("after a commit", .killedAfterCommit)
        try await planted.finish(store)
        return committed.value
    }
}
