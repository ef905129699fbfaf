import FHIR
import FHIRClient
import Jobs
import PDex
import PDexTesting
import Pipeline
import SQLiteStore

/// Compares the store and the payer with the truth.
struct Reckoning: Sendable {
    let town: Town
    let house: House
    var identities: Identities?

    /// Checks what must hold at every moment.
    func look() async {
        let (store, witness) = (house.store, house.witness)
        do {
            let (balance, broken) = try await store.read { (try $0.balance(), try $0.firstBrokenAuditEntry()) }
            let sum = balance.reduce(0) { $0 + $1.count }
            let inserted = witness.counts.exchanges
            if sum != inserted { witness.broke(.conservation, "\(inserted) exchanges, \(sum) in the balance") }
            if let broken { witness.broke(.audit, "the chain is broken at \(broken)") }
        } catch {
            witness.broke(.conservation, "the store cannot be read: \(error)")
        }
    }

    /// Checks what must hold in the end.
    func settle() async throws {
        await look()
        PayerErrands(town: town, house: house, shift: Shift()).takeDrops(.max)
        try await audit()
        try await members()
        randomness()
        try await state()
    }

    private func audit() async throws {
        let witness = house.witness
        let wrong = try await house.store.read { reader in
            try reader.exchanges(matching: ExchangeFilter(), limit: 100_000).filter { exchange in
                let last = try reader.audit(ofExchange: exchange.id).last {
                    ExchangeState(rawValue: String($0.entry.action.dropFirst(9))) != nil
                }
                return last?.entry.action != "exchange." + exchange.state.rawValue
            }.map { "\($0.id) is \($0.state.rawValue), as no entry says" }
        }
        for words in wrong { witness.broke(.audit, words) }
    }

    /// Everyone who permits it has an acknowledged exchange, and nothing is open.
    private func members() async throws {
        let (witness, permitted, names) = (house.witness, town.permitted, house.witness.names)
        let wrong = try await house.store.read { reader in
            var wrong = try reader.queued().map { "\($0.count) submissions are \($0.state.rawValue)" }
            for (key, name) in names.sorted(by: { $0.value < $1.value }) where permitted.contains(name) {
                let latest = try reader.latestExchange(member: key, payer: "med0")
                if latest?.state != .acknowledged {
                    wrong.append(
                        "\(name)'s exchange is \(latest?.state.rawValue ?? "not there") \(latest?.reason?.rawValue ?? "") \(latest?.detail ?? "")"
                    )
                }
            }
            return wrong
        }
        for words in wrong { witness.broke(.nothingLost, words) }
    }

    private func randomness() {
        let waits = house.witness.counts.waits
        guard waits.count >= 8, Set(waits).count * 2 < waits.count else { return }
        house.witness.broke(.jitter, "\(waits.count) waits, only \(Set(waits).count) different ones")
    }

    /// Runs the job once more from scratch, with an empty payer and without faults: the result is what there should be.
    private func state() async throws {
        guard let identities else { return }
        let digests = Digests { SHA256.hash($0) }
        let payer = try ScriptedPayer(
            base: town.payer.base, clock: TrueClock(order: house.order), resources: town.records())
        let pipeline = ExchangePipeline(
            terms: try house.directTerms, clinic: town.clinic, payer: payer,
            store: try SQLiteExchangeStore.inMemory(digests: digests), mappings: house.mappings,
            identities: identities, clock: TrueClock(order: house.order), random: { 0.5 }, owner: "truth")
        let run = Run(
            id: "truth", job: house.job.name, trigger: .manual, clinic: "clinic0", payer: "med0",
            instant: house.order.now)
        _ = try await pipeline.run(run)
        compare(town.payer.held, with: payer.held)
    }

    private func compare(_ held: [String: Resource], with truth: [String: Resource]) {
        let witness = house.witness
        var copies: [String: Int] = [:]
        let apart = witness.apart
        for (key, resource) in truth.sorted(by: { $0.key < $1.key }) where resource.type != "Provenance" {
            let source = Witness.source(of: resource) ?? key
            if let member = Witness.member(of: resource), apart.contains(member) { continue }
            guard let own = held[key] else {
                witness.broke(.sameState, "\(source) is missing at the payer")
                continue
            }
            if own.content != resource.content {
                witness.broke(.sameState, "\(source) is not what the clinic has")
            }
        }
        for (key, resource) in held.sorted(by: { $0.key < $1.key }) where resource.type != "Provenance" {
            guard let source = Witness.source(of: resource) else { continue }
            copies[source, default: 0] += 1
            if let member = Witness.member(of: resource), apart.contains(member) {
                undone(resource, of: member)
                continue
            }
            let isOfPermitted = Witness.member(of: resource).map(town.permitted.contains) ?? false
            if truth[key] == nil, isOfPermitted, !town.isGone(source) {
                witness.broke(.sameState, "\(source) is at the payer, and nobody knows why")
            }
        }
        let present = Set(held.values.filter { $0.type != "Patient" }.compactMap(Witness.member))
        if house.afterRevocation == .delete, !apart.subtracting(present).isDisjoint(with: witness.reached) {
            witness.reach(.undone)
        }
        for (source, count) in copies.sorted(by: { $0.key < $1.key }) where count > 1 {
            witness.broke(.oneCopy, "\(source) is there \(count) times")
        }
    }

    /// If withdrawn data is deleted, the payer has only the Patient of a patient who is kept apart. Not checked after a
    /// restoration, since data first sent after the backup is not known to it, nor for patients outside the Group, whom
    /// nights do not look at.
    private func undone(_ resource: Resource, of member: String) {
        guard house.afterRevocation == .delete, !house.witness.isRestored, resource.type != "Patient",
            town.group.contains(member)
        else { return }
        let source = Witness.source(of: resource) ?? ""
        house.witness.broke(.undone, "\(source) of \(member) is still there")
    }
}
