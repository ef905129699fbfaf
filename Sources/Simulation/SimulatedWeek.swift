import FHIR
import FHIRClient
import Jobs
import Mappings
import PDex
import PDexTesting
import Pipeline

/// Seven days of a town in virtual time: the product's own scheduler, worker, pipeline and store, driven by one seed.
public struct SimulatedWeek: Sendable {
    /// The seed that decides everything.
    public let seed: UInt64
    /// How many members the town has.
    public let members: Int
    /// The planted bug, if any.
    public let bug: PlantedBug?
    private let mappings: MappingSet

    static let days = 7
    /// How many days of the week have troubles.
    private static let stormyDays = 5

    /// A week; `mappings` is the folder of the mapping set. Throws what reading that throws.
    public init(seed: UInt64, members: Int = 20, mappings: String, bug: PlantedBug? = nil) throws {
        self.seed = seed
        self.members = members
        self.bug = bug
        self.mappings = try LoadedMappings.set(in: mappings, digests: Digests { SHA256.hash($0) })
    }

    /// Lives through the week; `tell` receives what happens, for looking at one seed. Throws only when the simulation
    /// itself is broken.
    public func outcome(telling tell: (@Sendable (String) -> Void)? = nil) async throws -> SeedOutcome {
        let start = Instant("2026-06-01T01:00:00Z") ?? .earliest
        let order = TurnOrder(at: start, seed: seed, tell: tell)
        let host = HostClock(order: order)
        let digests = Digests { SHA256.hash($0) }
        let identities = PlantedMemory(nil, job: "", host: host).identities(order, process: "")
        let keys = Town.names(members).map { (identities.key(source: "clinic0", type: "Patient", id: $0), $0) }
        let witness = Witness(order: order, host: host, names: Dictionary(uniqueKeysWithValues: keys))
        let house = try House(
            order: order, season: Season(of: seed), witness: witness, host: host,
            store: TownStore(digests: digests), mappings: mappings, kind: Self.kind(of: seed), bug: bug)
        let town = try Town(members: members, order: order, witness: witness)
        // No graph of the town has more than eight entries, including its Provenance.
        if order.roll(3) == 0, house.job.delivery.kind == .transaction {
            town.payer.most = ScriptedPayer.Limit(entries: 8)
        }
        try await live(in: town, house)
        try await Reckoning(town: town, house: house, identities: identities).settle()
        let counts = witness.counts
        return SeedOutcome(
            seed: seed, violations: witness.violations.map { "\($0.promise.rawValue): \($0.words)" },
            broken: Set(witness.violations.map(\.promise)), rare: witness.rare, trace: order.trace, turns: order.turns,
            exchanges: counts.exchanges, bundles: counts.bundles, kills: house.weather.strikes[.kill] ?? 0)
    }

    /// How data is delivered to the payer: each kind occurs in every season.
    private static func kind(of seed: UInt64) -> ExchangeTerms.Delivery.Kind {
        let kinds = [ExchangeTerms.Delivery.Kind.transaction, .fileDrop, .bulkSubmit]
        return kinds[Int(seed / UInt64(Season.allCases.count) % UInt64(kinds.count))]
    }

    private func live(in town: Town, _ house: House) async throws {
        let shift = Shift()
        let slots = ["a", "b"].prefix(1 + house.order.roll(2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for slot in slots {
                house.order.join()
                group.addTask { try await Self.keep(slot, serving: shift, in: town, house) }
            }
            if house.job.delivery.kind != .transaction {
                house.order.join()
                group.addTask { await PayerErrands(town: town, house: house, shift: shift).run() }
            }
            // However the week ends, the others get their turns until they have ended.
            let ended: Result<Void, any Error>
            do { ended = .success(try await week(of: town, house, shift)) } catch { ended = .failure(error) }
            shift.end()
            house.order.leave()
            try await group.waitForAll()
            house.order.join()
            try ended.get()
        }
    }

    /// Starts a process, and another one each time it has ended.
    private static func keep(_ slot: String, serving shift: Shift, in town: Town, _ house: House) async throws {
        try await TurnOrder.$thread.withValue("slot-\(slot)") {
            await house.order.turn("begin")
            defer { house.order.leave() }
            var number = 0
            while !shift.isOver {
                number += 1
                let process = try SimulatedProcess("\(slot)\(number)", in: town, house)
                shift.begin(process, in: slot)
                await process.serve()
                house.witness.died(process.life.name, killed: false)
                await house.order.turn("restart", seconds: [1.0, 60, 900, 7200][house.order.roll(4)])
            }
        }
    }

    /// What happens day by day.
    private func week(of town: Town, _ house: House, _ shift: Shift) async throws {
        let office = Office(town: town, house: house, shift: shift)
        for day in 0..<Self.days {
            if day == Self.stormyDays { house.weather.calmDown() }
            let end = house.order.now.adding(milliseconds: 86_400_000)
            func left() -> Double { max(0, (end - house.order.now) / .seconds(1)) }
            let happenings = day < Self.days - 1 ? 4 + house.order.roll(8) : 0
            // Most events happen while the service works.
            for number in 0..<happenings {
                let wait = Double(house.order.roll(house.order.roll(3) == 0 ? 14_000 : 2_000))
                guard wait < left() else { break }
                await house.order.turn("a while", seconds: wait)
                switch house.order.roll(6) {
                case 0: try await office.demand("\(day)-\(number)")
                case 1: try await office.act("\(day)-\(number)")
                default: try town.happen(in: house.weather.season)
                }
                // A backup tests most if something waits in it, and another night passes before it is needed.
                let isWorthIt = house.witness.busy != nil || house.order.roll(6) == 0
                if day % 2 == 1, isWorthIt, house.weather.strikes(.restore) {
                    try await house.store.backUp()
                }
                if house.weather.strikes(.clockStep) { step(house) }
            }
            await house.order.turn("the rest of the day", seconds: left())
            try await office.closeDay(day)
            if day == 2 || day == 4 { try await office.restore(day) }
            await Reckoning(town: town, house: house).look()
        }
    }

    private func step(_ house: House) {
        let seconds = [-7200, -600, -60, 60, 600, 7200][house.order.roll(6)]
        house.host.step(seconds: seconds)
        house.witness.reach(seconds < 0 ? .clockSetBack : .clockSetOn)
    }
}
