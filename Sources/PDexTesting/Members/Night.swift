public import Conformance
public import FHIR
import FHIRClient
import Mappings
public import PDex
public import Pipeline
import SQLiteStore

/// One night between a scripted clinic and a scripted payer, over a real store in memory.
public struct Night: Sendable {
    /// The clinic.
    public let clinic: ScriptedClinic
    /// The payer.
    public let payer: ScriptedPayer
    /// The clock.
    public let clock: ManualClock
    /// The store.
    public let store: HeldStore
    /// The pipeline between them.
    public let pipeline: ExchangePipeline
    /// The identities that it uses.
    public let identities: Identities

    /// A night for `members`; `mappings` is the folder of a mapping set.
    public init(
        _ members: [NamedMember], mappings: String, also extra: [Resource] = [], limitedPayer: Bool = false,
        maxEntries: Int = 200, maxBytes: Int = 5_000_000, attempts: Int = 3,
        by method: ExchangeTerms.Selection.Method = .auto, group: String? = "med0-members",
        types: [String] = ["Patient", "Encounter", "Condition", "Observation", "DocumentReference"],
        perSecond: Double? = nil,
        typeFilters: [String] = [], until: Instant? = nil, associatedData: [String] = [], years: Int? = nil,
        matchBy: [MatchRule] = MatchRule.allCases.filter { $0 != .memberMatch },
        inquiry: ExchangeTerms.Inquiry = ExchangeTerms.Inquiry(),
        coverage: ExchangeTerms.RecordSource = .fhir, numbers: MemberNumbers = MemberNumbers(),
        allowedTypes: Set<String>? = nil, retraction: ExchangeTerms.Retraction = .enteredInError,
        afterRevocation: ExchangeTerms.AfterRevocation = .leave,
        payerExports: (any ClinicServer)? = nil,
        since: ExchangeTerms.Selection.Since = .lastSuccess, concurrency: Int = 2,
        consentPolicy: ConsentPolicy = .optIn, sensitivity: Sensitivity = Sensitivity(),
        conformance: ConformancePolicy = ConformancePolicy(), provenance: ProvenancePolicy = ProvenancePolicy(),
        validator: Validator? = nil,
        breaker: BreakerPolicy = BreakerPolicy(), delivery: ExchangeTerms.Delivery.Kind = .transaction,
        ownerIsGone: @escaping @Sendable (String) -> Bool = { _ in false },
        quietUntil: @escaping @Sendable (Instant) -> Instant? = { _ in nil },
        observer: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) throws {
        clock = ManualClock(Instant("2026-06-01T02:15:00Z") ?? Instant(milliseconds: 0))
        let selection = ExchangeTerms.Selection(
            method: method, group: group, types: types, since: since, typeFilters: typeFilters, until: until,
            associatedData: associatedData, years: years)
        let terms = Self.terms(
            selection, maxEntries: maxEntries, maxBytes: maxBytes, attempts: attempts, perSecond: perSecond,
            matchBy: matchBy,
            inquiry: inquiry, coverage: coverage, numbers: numbers, allowedTypes: allowedTypes,
            concurrency: concurrency,
            consentPolicy: consentPolicy, sensitivity: sensitivity, conformance: conformance, provenance: provenance,
            retraction: retraction, afterRevocation: afterRevocation, breaker: breaker, delivery: delivery)
        let digests = Digests { SHA256.hash($0) }
        identities = Identities(secret: Array("a secret of the tests, 32 bytes!".utf8), digests: digests)
        let practitioner: JSONValue = [
            "resourceType": "Practitioner", "id": "dr-hale",
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": "1245319599"]],
            "name": [["family": "Hale", "given": ["Imani"]]],
        ]
        let records =
            try members.flatMap { try $0.clinicRecords() } + [Self.group(of: members), Resource(practitioner)] + extra
        clinic = ScriptedClinic(base: terms.clinic.base, clock: clock, resources: records)
        payer = ScriptedPayer(
            base: terms.payer.base, clock: clock,
            resources: try members.flatMap {
                try $0.payerRecords(clinicNPI: terms.clinic.npi, payerNPI: terms.payer.npi)
            }, limited: limitedPayer)
        store = HeldStore(try SQLiteExchangeStore.inMemory(digests: digests))
        pipeline = ExchangePipeline(
            terms: terms, clinic: clinic, payer: payer, payerExports: payerExports, store: store,
            mappings: try LoadedMappings.set(in: mappings, digests: digests), validator: validator,
            identities: identities, clock: clock, random: { 0.5 }, owner: "tests", ownerIsGone: ownerIsGone,
            quietUntil: quietUntil,
            observer: observer)
    }

    /// The clinic's Group of those members, plus `others` verbatim.
    public func group(of members: [NamedMember], also others: [JSONValue] = []) throws -> Resource {
        try Self.group(of: members, also: others)
    }

    private static func group(of members: [NamedMember], also others: [JSONValue] = []) throws -> Resource {
        let named = members.map { member -> JSONValue in ["entity": ["reference": .string("Patient/" + member.id)]] }
        return try Resource(["resourceType": "Group", "id": "med0-members", "member": .array(named + others)])
    }

    /// Runs the job at the clock's current time, with this name as the run's id.
    public func run(_ name: String = "night-1", dryRun: Bool = false) async throws -> RunReport {
        try await pipeline.run(firing(name), dryRun: dryRun)
    }

    /// A run with that id, now.
    public func firing(_ name: String) -> Run {
        Run(
            id: name, job: pipeline.terms.job, trigger: .manual, clinic: "clinic0", payer: "med0",
            instant: clock.now())
    }

    private static func terms(
        _ selection: ExchangeTerms.Selection, maxEntries: Int, maxBytes: Int, attempts: Int, perSecond: Double?,
        matchBy: [MatchRule], inquiry: ExchangeTerms.Inquiry, coverage: ExchangeTerms.RecordSource,
        numbers: MemberNumbers, allowedTypes: Set<String>?,
        concurrency: Int, consentPolicy: ConsentPolicy, sensitivity: Sensitivity, conformance: ConformancePolicy,
        provenance: ProvenancePolicy,
        retraction: ExchangeTerms.Retraction, afterRevocation: ExchangeTerms.AfterRevocation, breaker: BreakerPolicy,
        delivery: ExchangeTerms.Delivery.Kind
    ) -> ExchangeTerms {
        ExchangeTerms(
            job: "nightly-payer-sync",
            clinic: Party(
                name: "clinic0", base: "https://fhir.clinic0.example/r4", npi: "1234567893", organization: "Clinic0",
                identifierSystem: "https://clinic0.example/fhir-id"),
            payer: Party(
                name: "med0", base: "https://fhir.med0.example/r4", npi: "1003000126",
                organization: "Med0 Health Plan", identifierSystem: "https://med0.example/fhir-id"),
            selection: selection, matchBy: matchBy, inquiry: inquiry, coverage: coverage, consent: .fhir,
            numbers: numbers,
            allowedTypes: allowedTypes, conformance: conformance, consentPolicy: consentPolicy,
            sensitivity: sensitivity, provenance: provenance, retraction: retraction,
            afterRevocation: afterRevocation,
            delivery: .init(
                kind: delivery, maxEntries: maxEntries, maxBytes: maxBytes, perSecond: perSecond,
                concurrency: concurrency),
            retry: RetryPolicy(attempts: attempts, firstSeconds: 30, longestSeconds: 600), breaker: breaker)
    }
}
