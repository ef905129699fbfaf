import FHIR
import FHIRClient
import Foundation
import PDex
import SQLiteStore

/// The throughput of the outbox from claim to receipt, in a file, with `synchronous=FULL`.
struct QueueBenchmark {
    private static let jobs = 20_000
    private static let route = Route(clinic: "clinic0", payer: "med0")
    private static let start = Instant(milliseconds: 1_767_225_600_000)

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-bench-queue-\(getpid())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        for (atOnce, isWhole) in [(32, false), (256, false), (32, true)] {
            let wall = try syncsPerSecond(folder)
            let path = folder.appendingPathComponent("queue-\(atOnce)-\(isWhole).db").path
            let store = try SQLiteExchangeStore.open(path: path, digests: Digests { SHA256.hash($0) })
            try await fill(store)
            let (wallSeconds, cpuSeconds) = try await measured { try await drain(store, atOnce, isWhole) }
            let rate = Double(Self.jobs) / wallSeconds
            print(
                Row.text(
                    isWhole ? "queue and audit, \(atOnce)" : "queue, \(atOnce) at once",
                    "\(Row.whole(rate)) jobs/s, \(Row.whole(Double(Self.jobs) / cpuSeconds)) per CPU s",
                    "\(Row.whole(wall)) fsyncs/s",
                    "\(Row.number(rate / wall)) jobs an fsync of the wall"))
        }
    }

    private func fill(_ store: SQLiteExchangeStore) async throws {
        try await store.write {
            try $0.open(
                Run(
                    id: "run", job: "bench", trigger: .schedule, clinic: "clinic0", payer: "med0", instant: Self.start))
        }
        let bundle = [UInt8](repeating: UInt8(ascii: "x"), count: 2_000)
        for first in stride(from: 0, to: Self.jobs, by: 1_000) {
            try await store.write { writer in
                for number in first..<first + 1_000 {
                    let exchange = Self.exchange(number)
                    try writer.insert(exchange, audit: [entry("exchange.queued", exchange.id)])
                    let submission = Submission(
                        id: exchange.id + "-1", exchange: exchange.id, clinic: "clinic0", payer: "med0",
                        member: exchange.member, part: 1, notBefore: Self.start, entries: 3, bytes: bundle.count,
                        contentDigest: String(repeating: "0", count: 64))
                    try writer.enqueue([LeasedSubmission(submission: submission, bundle: bundle)])
                }
            }
        }
    }

    private static func exchange(_ number: Int) -> Exchange {
        Exchange(
            id: "exchange-\(number)", job: "bench", run: "run", member: ResourceKey(bits: Int64(number)),
            clinic: "clinic0", payer: "med0", state: .queued, reason: nil, detail: nil, fingerprint: 0,
            manifest: ExchangeManifest([]), consent: nil, mapping: "m", created: start, updated: start)
    }

    /// Claims and settles group by group; with `isWhole` it also advances the exchanges, with their audit entries.
    private func drain(_ store: SQLiteExchangeStore, _ atOnce: Int, _ isWhole: Bool) async throws {
        var done = 0
        while done < Self.jobs {
            let claims = try await store.write { writer in
                let claims = try writer.lease(
                    Self.route, limit: atOnce, owner: "bench", now: Self.start,
                    expiry: Self.start.adding(milliseconds: 600_000))
                if isWhole { for claim in claims { try move(claim, to: .submitted, writer) } }
                return claims
            }
            guard !claims.isEmpty else { throw BenchmarkError("the queue ran dry after \(done)") }
            try await store.write { writer in
                for claim in claims {
                    let receipt = Receipt(
                        submission: claim.submission.id, attempt: 1, status: 200, verdict: "acknowledged", fault: nil,
                        outcome: nil, locations: ["Patient/a/_history/1"], at: Self.start)
                    _ = try writer.settle(
                        claim.submission.id, epoch: claim.submission.epoch, as: .acknowledged, notBefore: nil,
                        receipt: receipt)
                    if isWhole { try move(claim, to: .acknowledged, writer) }
                }
            }
            done += claims.count
        }
    }

    private func move(_ claim: LeasedSubmission, to state: ExchangeState, _ writer: any StoreWriter) throws {
        let id = claim.submission.exchange
        _ = try writer.progress(ofExchange: id)
        try writer.advance(
            id, to: state, reason: nil, detail: nil, at: Self.start, audit: entry("exchange.\(state.rawValue)", id))
    }

    private func entry(_ action: String, _ exchange: String) -> AuditEntry {
        AuditEntry(at: Self.start, actor: "bench", action: action, run: "run", exchange: exchange)
    }

    private func measured(_ body: () async throws -> Void) async throws -> (wall: Double, cpu: Double) {
        let clock = ContinuousClock()
        let began = clock.now
        let cpu = try await cpuSeconds(body)
        return ((clock.now - began) / .seconds(1), cpu)
    }

    /// How many sequential one-page writes per second the disk makes durable.
    private func syncsPerSecond(_ folder: URL) throws -> Double {
        let descriptor = open(folder.appendingPathComponent("wall").path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw BenchmarkError("no file to measure the disk with") }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4_096)
        let clock = ContinuousClock()
        let began = clock.now
        for number in 0..<400 {
            guard pwrite(descriptor, page, page.count, off_t(number) * 4_096) == page.count, fdatasync(descriptor) == 0
            else { throw BenchmarkError("the disk cannot be measured") }
        }
        return 400 / ((clock.now - began) / .seconds(1))
    }
}
