import Console
import Jobs
import Logging
import Mappings
import PDex
import Pipeline

/// One process of the service: the product's own scheduler, worker, operations and pipeline over simulated seams.
struct SimulatedProcess: Sendable {
    let life: ProcessLife
    let operations: Operations
    /// Serves the files of submissions.
    let files: FileServer
    private let job: Job
    private let order: TurnOrder

    init(_ name: String, in town: Town, _ house: House) throws {
        let life = ProcessLife(name, order: house.order)
        self.life = life
        order = house.order
        job = house.job
        let seams = ProcessSeams(life: life, order: house.order, weather: house.weather, witness: house.witness)
        let planted = PlantedMemory(house.bug, job: house.job.name, host: house.host)
        let identities = planted.identities(house.order, process: name)
        let store = ProcessStore(store: house.store, seams: seams, payer: house.job.payer, planted: planted)
        let clock = ProcessClock(host: house.host, order: house.order, life: life)
        let (order, witness) = (house.order, house.witness)
        let server = ProcessPayer(payer: town.payer, seams: seams, planted: planted)
        let deliveryClock = ProcessClock(host: house.host, order: house.order, life: life, isOfService: false)
        let payer: any PayerServer =
            switch house.job.delivery.kind {
            case .fileDrop:
                DroppingPayer(
                    server: server, box: town.box, seams: seams, clock: deliveryClock, host: house.host,
                    planted: planted)
            case .bulkSubmit:
                try SubmittingPayer(
                    server, counter: town.counter, seams: seams, clock: deliveryClock, identities: identities,
                    planted: planted)
            default: server
            }
        let pipeline = ExchangePipeline(
            terms: house.terms, clinic: ProcessClinic(clinic: town.clinic, seams: seams),
            payer: payer, store: store,
            mappings: house.mappings, identities: identities, clock: clock, random: { planted.random(order) },
            owner: name, ownerIsGone: { witness.isGone($0) }, turns: PayerTurns(order: order))
        operations = Operations(
            store: store, clock: clock, identities: identities, actor: name, owner: name,
            ownerIsGone: { witness.isGone($0) }, pipeline: { _ in pipeline })
        files = FileServer(
            host: "127.0.0.1", port: 0, place: SubmittingPayer.place, token: SubmittingPayer.token(identities),
            bundle: { [operations] in try await operations.bundle(toServe: $0) }, clock: deliveryClock)
        house.witness.born(name)
    }

    /// Runs scheduler and worker until the process ends; the caller's turn passes to them, and comes back.
    func serve() async {
        let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        let scheduler = Scheduler(jobs: [job], operations: operations, logger: logger)
        let worker = Worker(jobs: [job], operations: operations, logger: logger)
        order.join()
        order.join()
        let last = LastOfTwo()
        let tasks = [
            start("scheduler", last) { try await scheduler.run() }, start("worker", last) { try await worker.run() },
        ]
        for task in tasks { life.own(task) }
        order.leave()
        for task in tasks { await task.value }
    }

    private func start(
        _ name: String, _ last: LastOfTwo, _ work: @escaping @Sendable () async throws -> Void
    ) -> Task<Void, Never> {
        Task { [order, life] in
            await TurnOrder.$thread.withValue("\(life.name).\(name)") {
                await order.turn("begin")
                // A service only ends when its process does.
                try? await work()
                if !last.isLast() { order.leave() }
            }
        }
    }
}
