import FHIR
import FHIRClient
import Jobs
import Mappings
import PDex
import PDexTesting
import Pipeline
import SQLiteStore

/// Seven days of a town in virtual time: the product's own scheduler, worker, pipeline and store, by one seed.
public struct SimulatedWeek: Sendable {
    /// The seed that decides everything.
    public let seed: UInt64
    /// How many members the town has.
    public let members: Int
    /// What is planted, if anything.
    public let bug: PlantedBug?
    private let mappings: MappingSet

    static let days = 7
    /// After so many days the weather is calm.
    private static let stormyDays = 5

    /// A week; `mappings` is the folder of the mapping set. Throws what reading it throws.
    public init(seed: UInt64, members: Int = 20, mappings: String, bug: PlantedBug? = nil) throws {
        self.seed = seed
        self.members = members
        self.bug = bug
        self.mappings = try LoadedMappings.set(in: mappings, digests: Digests { SHA256.hash($0) })
    }

    /// Lives through the week, and tells what happens to who wants to look at one seed. Throws only when the simulation itself is broken.
    public func outcome(telling tell: (@Sendable (String) -> Void)? = nil) async throws -> SeedOutcome {
        let start = Instant("2026-06-01T01:00:00Z") ?? .earliest
        let order = TurnOrder(at: start, seed: seed, tell: tell)
        let host = HostClock(order: order)
        let digests = Digests { SHA256.hash($0) }
        let identities = PlantedMemory(nil, job: "", host: host).identities(order, process: "")
        let keys = Town.names(members).map { (identities.key(source: "clinic0", type: "Patient", id: $0), $0) }
        let witness = Witness(order: order, host: host, names: Dictionary(uniqueKeysWithValues: keys))
        let job = try House.job(
            by: order.roll(2) == 0 ? .bulkExport : .rosterSearch, maxEntries: [8, 200][order.roll(2)])
        let house = House(
            order: order, weather: Weather(order: order, season: Season(of: seed)), witness: witness, host: host,
            store: try SQLiteExchangeStore.inMemory(digests: digests), mappings: mappings, job: job,
            terms: House.terms(job), bug: bug)
        let town = try Town(members: members, order: order, witness: witness)
        // No graph of the town has more than eight entries with its Provenance.
        if order.roll(3) == 0 { town.payer.most = ScriptedPayer.Limit(entries: 8) }
        try await live(in: town, house)
        try await Reckoning(town: town, house: house, identities: identities).settle()
        let counts = witness.counts
        return SeedOutcome(
            seed: seed, violations: witness.violations.map { "\($0.promise.rawValue): \($0.words)" },
            broken: Set(witness.violations.map(\.promise)), rare: witness.rare, trace: order.trace, turns: order.turns,
            exchanges: counts.exchanges, bundles: counts.bundles, kills: house.weather.strikes[.kill] ?? 0)
    }

    private func live(in town: Town, _ house: House) async throws {
        let shift = Shift()
        let slots = ["a", "b"].prefix(1 + house.order.roll(2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for slot in slots {
                house.order.join()
                group.addTask { await Self.keep(slot, serving: shift, in: town, house) }
            }
            try await week(of: town, house)
            shift.end()
            house.order.leave()
            try await group.waitForAll()
            house.order.join()
        }
    }

    /// Starts a process, and another one when it has ended.
    private static func keep(_ slot: String, serving shift: Shift, in town: Town, _ house: House) async {
        await TurnOrder.$thread.withValue("slot-\(slot)") {
            await house.order.turn("begin")
            var number = 0
            while !shift.isOver {
                number += 1
                let process = SimulatedProcess("\(slot)\(number)", in: town, house)
                shift.begin(process.life, in: slot)
                await process.serve()
                house.witness.died(process.life.name, killed: false)
                await house.order.turn("restart", seconds: [1.0, 60, 900, 7200][house.order.roll(4)])
            }
            house.order.leave()
        }
    }

    /// What happens from day to day.
    private func week(of town: Town, _ house: House) async throws {
        for day in 0..<Self.days {
            if day == Self.stormyDays { house.weather.calmDown() }
            var left = 86_400.0
            let happenings = day < Self.days - 1 ? 4 + house.order.roll(8) : 0
            // Most of what happens, happens while the service works.
            for number in 0..<happenings {
                let wait = Double(house.order.roll(house.order.roll(3) == 0 ? 14_000 : 2_000))
                guard wait < left else { break }
                left -= wait
                await house.order.turn("a while", seconds: wait)
                if house.order.roll(5) == 0 {
                    await demand(town, house, "\(day)-\(number)")
                } else {
                    try town.happen(in: house.weather.season)
                }
                if house.weather.strikes(.clockStep) { step(house) }
            }
            await house.order.turn("the rest of the day", seconds: left)
            await operate(town, house, day: day)
            await Reckoning(town: town, house: house).look()
        }
    }

    private func step(_ house: House) {
        let seconds = [-7200, -600, -60, 60, 600, 7200][house.order.roll(6)]
        house.host.step(seconds: seconds)
        house.witness.reach(seconds < 0 ? .clockSetBack : .clockSetOn)
    }

    /// Somebody asks for one member, and is answered while the service works.
    private func demand(_ town: Town, _ house: House, _ name: String) async {
        let process = SimulatedProcess("desk\(name)", in: town, house)
        guard let patient = try? town.patientInDemand() else { return }
        await TurnOrder.$thread.withValue(process.life.name + ".command") {
            let request = try? await process.operations.accept(MemberDemand(patient: patient), by: house.job)
            guard let request, (try? await process.operations.answer(request.id)) != nil else { return }
            house.witness.reach(.requested)
        }
        house.witness.died(process.life.name, killed: false)
    }

    /// An operator looks at what is parked, and replays it.
    private func operate(_ town: Town, _ house: House, day: Int) async {
        let process = SimulatedProcess("operator\(day)", in: town, house)
        await TurnOrder.$thread.withValue(process.life.name + ".command") {
            guard
                let parked = try? await process.operations.exchanges(
                    ExchangeFilter(states: [.parked]), limit: 1000)
            else { return }
            let demand = ReplayDemand(acceptsMappingChanges: true, reason: "parked")
            for exchange in parked { _ = try? await process.operations.replay([exchange.id], demand) }
        }
        house.witness.died(process.life.name, killed: false)
    }
}
