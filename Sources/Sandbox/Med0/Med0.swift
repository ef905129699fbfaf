import FHIR
import FHIRClient
import PDex
import Serving
import Synchronization

/// The payer: a FHIR R4 server that is read by search and written by transaction, batch and single requests.
final class Med0: SandboxEndpoint {
    private struct State {
        var store: FHIRStore
        var faults: FaultPlan
        var requests: [String: Int] = [:]
        /// The answers to questions of who somebody is.
        var questions: [MemberDesk.Verdict] = []
        /// The member to refuse; nil without one, or once that is done.
        var refused: RefusedMember?
    }

    let front: Front
    private let clock: any WallClock
    private let log: PayerLog?
    private let members: MemberDesk
    private let matching: BulkMatchDesk
    private let exports: ExportDesk
    let submissions = SubmissionDesk()
    private let state: Mutex<State>

    var origin: Origin { front.origin }

    /// Serves `store`, after replaying `file` (if any) over it. Throws ``SandboxError`` when the file is unusable.
    init(
        front: Front, store: consuming sending FHIRStore, file: String?, faults: FaultPlan, refused: RefusedMember?,
        members: MemberDesk, bulkMatch: BulkMatchShape, exports: ExportDesk, clock: any WallClock
    ) throws(SandboxError) {
        var state = State(store: store, faults: faults, refused: refused)
        log = try file.map { (path) throws(SandboxError) -> PayerLog in
            try PayerLog(path: path) { entry in
                for change in entry.changes { Self.apply(change, to: &state.store) }
                if entry.refused != nil { state.refused = nil }
            }
        }
        self.front = front
        self.members = members
        matching = BulkMatchDesk(members: members, shape: bulkMatch)
        self.exports = exports
        self.clock = clock
        self.state = Mutex(state)
    }

    func answer(_ request: ServedRequest) -> ServedAnswer {
        if let answer = front.answer(request, metadata: { metadata }) { return answer }
        do throws(Refusal) {
            let isExport = request.path.hasPrefix(ExportDesk.path)
            if isExport, let file = try exports.openFile(request) { return file }
            let grant = try front.authorization.grant(for: request)
            if isExport { return try exports.answer(request, grant: grant) }
            if request.path.hasPrefix(SubmissionDesk.path) {
                try grant.require(RegisteredClient.bulkSubmit)
                return try submissions.answer(request, origin: front.origin.text)
            }
            guard let segments = front.segments(of: request) else { throw .notFound("The path") }
            count(request, segments)
            if request.method == "POST", let answer = try take(request, segments, grant) { return answer }
            if request.method == "POST", segments.isEmpty { return try submit(request, grant) }
            let reading = ReadInteractions(base: front.base, grant: grant)
            if request.method == "POST", segments == ["Patient", "$member-match"] {
                try reading.require(.search, on: "Patient")
                return try match(request)
            }
            if request.method == "POST", segments == ["Group", "$bulk-member-match"] {
                for type in ["Patient", "Group"] { try reading.require(.read, on: type) }
                return try matchMany(request)
            }
            if segments.last == ExportOrder.daVinci, let level = ExportOrder.Level(segments) {
                try reading.require(.read, on: "Group")
                return try state.withLock { (state) throws(Refusal) -> ServedAnswer in
                    try exports.start(
                        level, request, front: front, grant: grant, store: &state.store, now: clock.now())
                }
            }
            let read = try state.withLock { (state) throws(Refusal) -> ServedAnswer? in
                try reading.answer(segments, request, in: &state.store)
            }
            if let read { return read }
            return try writeOne(request, segments, grant)
        } catch {
            return .refusal(error)
        }
    }

    /// A submission or a question about one; nil for other requests.
    private func take(
        _ request: ServedRequest, _ segments: [String], _ grant: AuthorizationServer.Grant
    ) throws(Refusal) -> ServedAnswer? {
        guard ["$bulk-submit", "$bulk-submit-status"].contains(segments.first), segments.count == 1 else { return nil }
        try grant.require(RegisteredClient.bulkSubmit)
        guard segments == ["$bulk-submit"] else {
            return try submissions.status(request, origin: front.origin.text)
        }
        let fault = try nextFault()
        let answer = try submissions.submit(request)
        return fault == .dropped ? .dropped : answer
    }

    private func match(_ request: ServedRequest) throws(Refusal) -> ServedAnswer {
        let question = try members.question(in: request)
        return try state.withLock { (state) throws(Refusal) -> ServedAnswer in
            let verdict = members.verdict(on: question, in: &state.store, now: clock.now())
            state.questions.append(verdict)
            return try members.answer(verdict, base: front.base)
        }
    }

    private func matchMany(_ request: ServedRequest) throws(Refusal) -> ServedAnswer {
        let questions = try matching.questions(in: request)
        return try state.withLock { (state) throws(Refusal) -> ServedAnswer in
            let now = state.store.tick(clock.now())
            let answer = try matching.answer(to: questions, in: &state.store, now: now)
            state.questions += answer.verdicts
            commit(answer.groups.map { .put($0) }, &state)
            return exports.take(
                answer.files, of: ["Group"], request: front.origin.text + request.path, front: front, at: now)
        }
    }

    // MARK: For tests and demos

    /// Everything that is stored, by type and in the order of arrival.
    var resources: [Resource] {
        state.withLock { state in
            state.store.types.flatMap { state.store.tables[$0]?.resources ?? [] }.compactMap {
                try? Resource(parsing: $0.bytes)
            }
        }
    }

    /// How often each kind of request came: `POST /`, `GET Coverage`, `PUT Patient`, …
    var requestCounts: [String: Int] { state.withLock { $0.requests } }

    /// The answer to each question of who somebody is.
    var verdicts: [MemberDesk.Verdict] { state.withLock { $0.questions } }

    /// Changes a resource as the payer's own staff would: clients see a new version.
    func update(_ resource: Resource) throws {
        try state.withLock { state in
            let version = (resource.id.flatMap { state.store[resource.type, $0]?.version } ?? 0) + 1
            let now = state.store.tick(clock.now())
            let stamped = resource.stamped(version: version, lastUpdated: now).serialized()
            commit([.put(try StoredResource(stamped, loaded: now))], &state)
        }
    }

    /// One resource as served.
    func resource(_ type: String, _ id: String) -> [UInt8]? {
        state.withLock { $0.store[type, id]?.bytes }
    }

    // MARK: Writing

    private func submit(_ request: ServedRequest, _ grant: AuthorizationServer.Grant) throws(Refusal) -> ServedAnswer {
        let fault = try nextFault()
        let submission = try Submission(request)
        for write in submission.requests { try write?.check(grant) }
        let answer = try state.withLock { (state) throws(Refusal) -> ServedAnswer in
            try refuse(submission, &state)
            return try carryOut(submission, grant, &state)
        }
        return fault == .dropped ? .dropped : answer
    }

    /// The fault of the next submission, unless it is refused at once.
    private func nextFault() throws(Refusal) -> FaultPlan.Fault? {
        let fault = state.withLock { $0.faults.next() }
        switch fault {
        case .failure: throw Refusal(503, "transient", "Med0 is down for a moment.")
        case .throttle: throw Refusal(429, "throttled", "Too many submissions.", headers: ["Retry-After": "1"])
        case .dropped, nil: return fault
        }
    }

    /// Refuses the chosen member's first transaction, and remembers that.
    private func refuse(_ submission: Submission, _ state: inout State) throws(Refusal) {
        guard submission.isTransaction, let member = state.refused,
            member.isAbout(submission.requests.compactMap { $0 })
        else { return }
        state.refused = nil
        log?.append(PayerLog.Entry(refused: member.payerPatientID))
        throw Refusal(422, "business-rule", "Med0 has to look at this member by hand before it takes the data.")
    }

    private func carryOut(
        _ submission: Submission, _ grant: AuthorizationServer.Grant, _ state: inout State
    ) throws(Refusal) -> ServedAnswer {
        let now = state.store.tick(clock.now())
        if submission.isTransaction {
            let requests = submission.requests.compactMap { $0 }
            let transaction = try Transaction(requests, base: front.base, now: now, in: &state.store)
            commit(transaction.changes, &state)
            return SubmissionResponse.answer(
                "transaction-response", zip(requests, transaction.outcomes).map { .done($0, $1) }, base: front.base,
                grant: grant, store: &state.store)
        }
        // A batch: each entry is a transaction of its own.
        var results: [SubmissionResponse.Result] = []
        for (index, request) in submission.requests.enumerated() {
            do throws(Refusal) {
                guard let request else { throw Refusal(400, "invalid", "The entry is no request.") }
                let single = try Transaction([request], base: front.base, now: now, in: &state.store)
                commit(single.changes, &state)
                results += single.outcomes.map { .done(request, $0) }
            } catch {
                results.append(.refused(error.at(entry: index)))
            }
        }
        return SubmissionResponse.answer(
            "batch-response", results, base: front.base, grant: grant, store: &state.store)
    }

    /// Carries out writes that did not come by a request, all or none.
    func carryOut(_ writes: [WriteRequest]) throws(Refusal) {
        try state.withLock { (state) throws(Refusal) -> Void in
            let now = state.store.tick(clock.now())
            let transaction = try Transaction(writes, base: front.base, now: now, in: &state.store)
            commit(transaction.changes, &state)
        }
    }

    private func writeOne(
        _ request: ServedRequest, _ segments: [String], _ grant: AuthorizationServer.Grant
    ) throws(Refusal) -> ServedAnswer {
        guard ["POST", "PUT", "DELETE"].contains(request.method), 1...2 ~= segments.count else {
            throw .notSupported("\(request.method) on this path")
        }
        let resource = request.body.isEmpty ? nil : try? Resource(parsing: request.body)
        let url = segments.joined(separator: "/") + (request.query.isEmpty ? "" : "?" + request.query)
        let write = try WriteRequest(
            method: request.method, url: url, fullURL: nil, resource: resource, ifMatch: request.headers["If-Match"],
            ifNoneExist: request.headers["If-None-Exist"])
        try write.check(grant)
        return try state.withLock { (state) throws(Refusal) -> ServedAnswer in
            let now = state.store.tick(clock.now())
            let transaction = try Transaction([write], base: front.base, now: now, in: &state.store)
            commit(transaction.changes, &state)
            guard let outcome = transaction.outcomes.first, let stored = outcome.resource else {
                return ServedAnswer(204)
            }
            return .fhir(
                outcome.status, stored.bytes,
                headers: [
                    "ETag": stored.etag, "Last-Modified": stored.lastUpdated.httpDate,
                    "Location": "\(front.base)/\(stored.key)/_history/\(stored.version)",
                ])
        }
    }

    private func commit(_ changes: [PayerChange], _ state: inout State) {
        guard !changes.isEmpty else { return }
        for change in changes { Self.apply(change, to: &state.store) }
        log?.append(PayerLog.Entry(changes: changes))
    }

    private static func apply(_ change: PayerChange, to store: inout FHIRStore) {
        switch change {
        case .put(let resource): store.put(resource)
        case .delete(let type, let id, let instant): store.delete(type, id, at: instant)
        }
    }

    private func count(_ request: ServedRequest, _ segments: [String]) {
        let kind = "\(request.method) \(segments.first ?? "/")"
        state.withLock { $0.requests[kind, default: 0] += 1 }
    }

    private static let groupOperations = [
        BulkMatchDesk.operation,
        (
            "davinci-data-export",
            "http://hl7.org/fhir/us/davinci-atr/OperationDefinition/davinci-data-export"
        ),
    ]

    private var metadata: JSONValue {
        Capability(
            name: "Med0", base: front.base, types: WritableTypes.all,
            interactions: ["read", "vread", "search-type", "create", "update", "delete"],
            systemInteractions: ["transaction", "batch"],
            operations: [
                "": SubmissionDesk.operations, "Patient": [MemberDesk.operation], "Group": Self.groupOperations,
            ],
            isWritable: true,
            date: String(clock.now().text.prefix(10))
        ).json
    }
}
