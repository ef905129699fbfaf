import FHIR
import FHIRClient
import PDex
import Synchronization

/// The planted bug of one process, and what it wrongly remembers; without a bug everything passes unchanged.
final class PlantedMemory: Sendable {
    struct State {
        var unsent: [(bundle: [UInt8], requestID: String)] = []
        var compartments: [ResourceKey: [StagedResource]] = [:]
        var facts: [ResourceKey: PersonFacts] = [:]
        var marks: [(source: String, scope: String, patient: ResourceKey?)] = []
        var unfinished: Run?
        var late: [AuditEntry] = []
    }

    let bug: PlantedBug?
    let job: String
    let host: HostClock
    let state = Mutex(State())

    init(_ bug: PlantedBug?, job: String, host: HostClock) {
        self.bug = bug
        self.job = job
        self.host = host
    }

    /// The reader that a process uses.
    func reader(_ reader: any StoreReader) -> any StoreReader {
        switch bug {
        case .consentCached: CachingReader(reader, self, type: "Consent")
        case .coverageCached: CachingReader(reader, self, type: "Coverage")
        case .denialUnheeded, .unlinkUnheeded, .cancelUnheeded: HeedlessReader(reader, self)
        default: reader
        }
    }

    /// The writer that a process uses.
    func writer(_ writer: any StoreWriter) -> any StoreWriter {
        switch bug {
        case .leaseWithoutEpoch: EpochlessWriter(writer)
        case .auditAfterCommit: UnauditedWriter(writer, self)
        case .watermarkBeforeData: HastyWriter(writer, self)
        case .selectThenInsert: StaleWriter(writer, self)
        case .unlinkNotUndone: KeepingWriter(writer)
        default: writer
        }
    }

    /// Before a transaction: looks for a run to resume, which only the transaction itself should do.
    func prepare(_ store: any Store, _ order: TurnOrder) async throws {
        guard bug == .selectThenInsert else { return }
        let job = job
        let run = try await store.read { try $0.unfinishedRun(ofJob: job) }
        state.withLock { $0.unfinished = run }
        await order.turn("between select and insert")
    }

    /// After a transaction: writes the audit entries that should have been part of it.
    func finish(_ store: any Store) async throws {
        let late = state.withLock { state in
            defer { state.late = [] }
            return state.late
        }
        guard !late.isEmpty else { return }
        try await store.write { writer in
            for entry in late { try writer.record(entry) }
        }
    }

    /// Sends at once or, with the bug, acknowledges first and sends when the next delivery comes.
    func deliver(
        _ bundle: [UInt8], _ requestID: String, _ send: ([UInt8], String) async throws -> PayerAnswer
    ) async throws -> PayerAnswer {
        guard bug == .acknowledgedBeforeSent else { return try await send(bundle, requestID) }
        let unsent = state.withLock { state in
            defer { state.unsent = [(bundle, requestID)] }
            return state.unsent
        }
        for earlier in unsent { _ = try await send(earlier.bundle, earlier.requestID) }
        let count = try FHIRBundle(JSONParser.parse(bundle)).entries.count
        let body: JSONValue = [
            "resourceType": "Bundle", "type": "transaction-response",
            "entry": .array(Array(repeating: ["response": ["status": "200 OK"]], count: count)),
        ]
        return PayerAnswer(status: 200, body: body.serialized(), retryAfterSeconds: nil, serverTime: nil)
    }

    /// An answer as the process understands it.
    func heard(_ answer: PayerAnswer) -> PayerAnswer {
        guard bug == .retryAfterMisread else { return answer }
        return PayerAnswer(
            status: answer.status, body: answer.body, retryAfterSeconds: nil, serverTime: answer.serverTime)
    }

    /// The answer about `other`, taken for one about the submission that was asked for.
    func heard(_ answer: HTTPResponse, of other: String?, askedFor id: String) -> HTTPResponse {
        guard bug == .otherBelieved, let other else { return answer }
        let words = String(decoding: answer.body, as: UTF8.self).replacing(other, with: id)
        return HTTPResponse(status: answer.status, headers: answer.headers, body: Array(words.utf8))
    }

    /// Random numbers for waits.
    func random(_ order: TurnOrder) -> Double {
        bug == .retryWithoutJitter ? 0.999 : Double(order.roll(1_000_000)) / 1_000_000
    }

    /// Derives the identities of a process.
    func identities(_ order: TurnOrder, process: String) -> Identities {
        let name = bug == .randomIDs ? process + " \(order.roll(1_000_000))" : "for the whole town"
        return Identities(
            secret: Array("a secret, 32 bytes at least, \(name)".utf8), digests: Digests { SHA256.hash($0) })
    }
}
