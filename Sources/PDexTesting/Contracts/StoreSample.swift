import FHIR
import PDex

/// Sample data for the promises.
enum StoreSample {
    static let start = Instant(milliseconds: 1_767_225_600_000)

    static func seconds(_ count: Int64) -> Instant {
        start.adding(milliseconds: count * 1_000)
    }

    static func key(_ bits: Int64) -> ResourceKey {
        ResourceKey(bits: bits)
    }

    static func resource(
        _ bits: Int64, type: String = "Observation", id: String? = nil, version: String? = "1",
        updated: Instant? = nil, patient: Int64? = nil, content: String = "{}", source: String = "clinic0"
    ) -> StagedResource {
        StagedResource(
            key: key(bits), source: source, type: type, id: id ?? "r\(bits)", versionID: version, lastUpdated: updated,
            patient: patient.map { key($0) }, contentHash: hash(content), bytes: Array(content.utf8)
        )
    }

    static func batch(_ resources: [StagedResource], aimed: [Int64: [Int64]] = [:]) -> StagingBatch {
        var batch = StagingBatch(source: resources.first?.source ?? "clinic0")
        for resource in resources {
            let start = batch.bytes.count
            batch.bytes += resource.bytes
            batch.rows.append(
                StagingBatch.Row(
                    key: resource.key, type: resource.type, id: resource.id, versionID: resource.versionID,
                    lastUpdated: resource.lastUpdated, patient: resource.patient,
                    targets: (aimed[resource.key.bits] ?? []).map { key($0) }, contentHash: resource.contentHash,
                    range: start..<batch.bytes.count
                ))
        }
        return batch
    }

    static let route = Route(clinic: "clinic0", payer: "med0")

    static func run(
        _ id: String, job: String = "nightly", by trigger: Run.Trigger = .schedule, at instant: Instant = start
    ) -> Run {
        Run(id: id, job: job, trigger: trigger, clinic: "clinic0", payer: "med0", instant: instant)
    }

    static func exchange(
        _ id: String, member: Int64 = 1, payer: String = "med0", run: String = "run-1", job: String = "nightly",
        state: ExchangeState = .staged, reason: FaultCode? = nil, types: [String] = []
    ) -> Exchange {
        Exchange(
            id: id, job: job, run: run, member: key(member), clinic: "clinic0", payer: payer, state: state,
            reason: reason, detail: reason.map { "because of \($0.rawValue)" }, fingerprint: -7,
            manifest: ExchangeManifest([
                ExchangeManifest.Entry(key: key(member), contentHash: 1, leftOut: nil),
                ExchangeManifest.Entry(key: key(member + 100), contentHash: 2, leftOut: .mappingNone),
            ]),
            consent: ConsentEvidence(consent: key(900), versionID: "3", contentHash: 5, rule: "HRex Consent #regular"),
            mapping: "m1", types: types, created: start, updated: start
        )
    }

    /// An exchange that does nothing but take back.
    static func retraction(
        _ id: String, member: Int64, state: ExchangeState = .acknowledged, for reason: FaultCode
    ) -> Exchange {
        Exchange(
            id: id, job: "nightly", run: "run-1", member: key(member), clinic: "clinic0", payer: "med0", state: state,
            fingerprint: -7,
            manifest: ExchangeManifest([
                ExchangeManifest.Entry(key: key(member), contentHash: 1, leftOut: reason),
                ExchangeManifest.Entry(key: key(member + 100), contentHash: 2, leftOut: .retractedByDelete),
            ]), mapping: "m1", created: start, updated: start)
    }

    static func entry(_ action: String, of exchange: String?, at instant: Instant = start) -> AuditEntry {
        AuditEntry(at: instant, actor: "service", action: action, run: "run-1", exchange: exchange, reason: "sample")
    }

    static func submission(
        _ id: String, of exchange: String, member: Int64 = 1, on route: Route = route, part: Int = 1,
        notBefore: Instant = start, in lane: DeliveryLane = .nightly
    ) -> LeasedSubmission {
        let bundle = Array("bundle \(id)".utf8)
        return LeasedSubmission(
            submission: Submission(
                id: id, exchange: exchange, clinic: route.clinic, payer: route.payer, member: key(member), part: part,
                notBefore: notBefore, entries: 2, bytes: bundle.count, contentDigest: "digest \(id)",
                lane: lane
            ),
            bundle: bundle
        )
    }

    static func receipt(_ claim: Submission, status: Int = 200, verdict: String = "acknowledged") -> Receipt {
        Receipt(
            submission: claim.id, attempt: claim.attempts, status: status, verdict: verdict,
            fault: status == 200 ? nil : .remoteFailed, outcome: nil,
            locations: status == 200 ? ["Patient/a/_history/1", "Observation/b/_history/1"] : [],
            answerID: "4f1c8a52-90bb-4d6e-\(status)", at: start
        )
    }

    private static func hash(_ content: String) -> Int64 {
        content.utf8.reduce(1_469_598_103) { ($0 ^ Int64($1)) &* 1_099_511 }
    }
}

extension Store {
    /// Opens `run-1` and inserts an exchange with its submissions, as step 5 does.
    func queue(_ exchange: Exchange, _ submissions: [LeasedSubmission]) async throws {
        try await write { writer in
            try writer.open(StoreSample.run(exchange.run, job: exchange.job))
            try writer.insert(exchange, audit: [StoreSample.entry("exchange.queued", of: exchange.id)])
            try writer.enqueue(submissions)
        }
    }

    /// Claims for `owner` at `now`, for one minute.
    func claim(
        _ limit: Int = 16, by owner: String = "worker", on route: Route = StoreSample.route,
        at now: Instant = StoreSample.start
    ) async throws -> [LeasedSubmission] {
        try await write {
            try $0.lease(
                route, limit: limit, owner: owner, now: now, expiry: now.adding(milliseconds: 60_000))
        }
    }
}

extension StagingBatch.Row {
    /// The same row with facts for the join.
    func knowing(_ care: CareFacts?) -> Self {
        Self(
            key: key, type: type, id: id, versionID: versionID, lastUpdated: lastUpdated, patient: patient,
            targets: targets, care: care, contentHash: contentHash, range: range)
    }
}
