import FHIR
import Jobs
import Mappings
import PDex
import Pipeline

/// What all processes of a simulation share: a machine, a store, a job, and what the seed decided for them.
struct House: Sendable {
    let order: TurnOrder
    let weather: Weather
    let witness: Witness
    let host: HostClock
    let store: TownStore
    let mappings: MappingSet
    let job: Job
    let terms: ExchangeTerms
    let afterRevocation: ExchangeTerms.AfterRevocation
    let bug: PlantedBug?

    init(
        order: TurnOrder, season: Season, witness: Witness, host: HostClock, store: TownStore, mappings: MappingSet,
        kind: ExchangeTerms.Delivery.Kind, bug: PlantedBug?
    ) throws {
        self.order = order
        self.witness = witness
        self.host = host
        self.store = store
        self.mappings = mappings
        self.bug = bug
        job = try Self.job(
            by: order.roll(2) == 0 ? .bulkExport : .rosterSearch, maxEntries: [8, 200][order.roll(2)], kind: kind)
        weather = Weather(order: order, season: season)
        afterRevocation = [.leave, .delete][order.roll(2)]
        terms = Self.terms(job, afterRevocation)
    }

    /// The terms of a run that writes to the payer directly: however data is delivered, the result must be the same.
    var directTerms: ExchangeTerms {
        get throws {
            let direct = try Self.job(
                by: job.selection.method, maxEntries: job.delivery.maxEntries, kind: .transaction)
            return Self.terms(direct, afterRevocation)
        }
    }

    /// The job of every simulation: at 02:15 each night, with small bundles and few attempts.
    private static func job(
        by method: ExchangeTerms.Selection.Method, maxEntries: Int, kind: ExchangeTerms.Delivery.Kind
    ) throws -> Job {
        guard let zone = Schedule.utc else { throw Fault(.jobInvalid, .stop, "there is no zone UTC here") }
        return Job(
            name: "nightly-payer-sync", about: "",
            schedule: Schedule(
                cron: try CronExpression("15 2 * * *"), zone: zone, catchUp: .seconds(12 * 3600), overlap: .skip),
            allowsRequests: true, clinic: "clinic0", payer: "med0",
            selection: .init(
                method: method, group: "med0-members", types: ["Patient", "Encounter", "Condition", "Observation"],
                since: .lastSuccess),
            matchBy: MatchRule.allCases.filter { $0 != .memberMatch }, mappings: "us-core-6.1.0",
            delivery: .init(kind: kind, maxEntries: maxEntries),
            retry: RetryPolicy(attempts: 4, firstSeconds: 30, longestSeconds: 600))
    }

    /// The job's terms; only one bundle is under way at a time, so that a process needs one thread for it.
    private static func terms(
        _ job: Job, _ afterRevocation: ExchangeTerms.AfterRevocation
    ) -> ExchangeTerms {
        job.terms(
            clinic: Party(
                name: "clinic0", base: "https://fhir.clinic0.example/r4", npi: Town.clinicNPI, organization: "Clinic0",
                identifierSystem: "https://clinic0.example/fhir-id"),
            payer: Party(
                name: "med0", base: "https://fhir.med0.example/r4", npi: Town.payerNPI,
                organization: "Med0 Health Plan", identifierSystem: "https://med0.example/fhir-id"),
            coverage: .fhir, consent: .fhir, afterRevocation: afterRevocation,
            breaker: BreakerPolicy(failures: 3, budget: 8, firstSeconds: 120, longestSeconds: 1800), concurrency: 1)
    }
}
