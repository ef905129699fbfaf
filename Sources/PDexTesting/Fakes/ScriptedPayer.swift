public import FHIR
public import PDex
import Synchronization

/// A payer in memory: the test decides what it records about its members, and how it answers deliveries.
public final class ScriptedPayer: PayerServer {
    /// How one delivery is answered.
    public enum Reply: Sendable {
        /// Everything is accepted.
        case accept
        /// Refused with a status.
        case refuse(Int)
        /// Not now, but after this many seconds.
        case busy(retryAfterSeconds: Int?)
        /// Everything is accepted, but the answer is lost.
        case loseAnswer
        /// The delivery cannot be made at all.
        case fail(Fault)
        /// Everything but the last entry is accepted.
        case acceptAllButLast
        /// Nothing is accepted, and this is the answer.
        case say(Int, JSONValue)
        /// Everything is accepted; the responses to the entries are changed by this function.
        case retell(@Sendable ([JSONValue]) -> [JSONValue])
        /// Everything is accepted, and this is the answer to each entry.
        case sayOfEach(JSONValue)
    }

    /// How the resources it holds can be read back.
    public enum Openness: Sendable {
        /// Not at all.
        case closed
        /// `/metadata` offers it, but the token does not allow it.
        case unlicensed
        /// By a search for ids.
        case searched
        /// One by one.
        case read
    }

    /// The FHIR base URL.
    public let base: String
    private let clock: any WallClock
    private let server: Mutex<ScriptedServer>
    private let replies = Mutex<[Reply]>([])
    private let log = Mutex<[[UInt8]]>([])
    private let store = Mutex<[String: Resource]>([:])
    private let missing: Bool
    private let fetching = Mutex(false)
    private let hidden = Mutex<Fault?>(nil)
    private let taken: [String]
    private let open = Mutex(Openness.closed)
    private let looks = Mutex(0)
    private let asked = Mutex(0)
    private let refusals = Mutex<Set<String>>([])
    private let unsearched = Mutex<Set<String>>([])
    private let inclusions = Mutex(true)
    private let strays = Mutex<[String]>([])
    private let told = Mutex<[MemberMatchAnswer]>([])
    private let asking = Mutex<[MemberMatchQuestion]>([])
    private let losing = Mutex(0)
    private let limit = Mutex<Limit?>(nil)
    private let delay = Mutex<(@Sendable () async throws -> Void)?>(nil)
    private let interruption = Mutex<(@Sendable () async throws -> Void)?>(nil)
    private let meanwhile = Mutex<(@Sendable () async throws -> Void)?>(nil)

    /// The types that a payer accepts unless a test says otherwise.
    public static let usualTypes = [
        "Patient", "Encounter", "Condition", "Observation", "Procedure", "DocumentReference", "DiagnosticReport",
        "MedicationRequest", "MedicationDispense", "ServiceRequest", "AllergyIntolerance", "CarePlan", "Medication",
        "Location", "Practitioner", "Organization", "Provenance",
    ]

    /// A payer that records `resources` of its members and accepts `types`; a `limited` one offers no transactions.
    public init(
        base: String, clock: any WallClock, resources: [Resource], limited: Bool = false,
        types taken: [String] = usualTypes
    ) {
        self.taken = taken
        self.base = base
        self.clock = clock
        var server = ScriptedServer()
        for resource in resources { server.put(resource, at: clock.now()) }
        self.server = Mutex(server)
        missing = limited
    }

    /// Adds or changes a record of a member.
    public func put(_ resource: Resource) {
        server.withLock { $0.put(resource, at: clock.now()) }
    }

    /// Removes a record of a member.
    public func remove(_ type: String, _ id: String) {
        server.withLock { $0.remove(type, id) }
    }

    /// Scripts the answers to the next deliveries; after those, everything is accepted.
    public func reply(_ next: Reply...) {
        replies.withLock { $0 += next }
    }

    /// How much it accepts at once, and how it refuses more; no limit unless a test sets one.
    public var most: Limit? {
        get { limit.withLock { $0 } }
        set { limit.withLock { $0 = newValue } }
    }

    /// Runs `work` while a delivery waits for its answer.
    public func whileAnswering(_ work: @escaping @Sendable () async throws -> Void) {
        meanwhile.withLock { $0 = work }
    }

    /// Runs `work` once, before the next search of its records is answered.
    public func atNextSearch(_ work: @escaping @Sendable () async throws -> Void) {
        interruption.withLock { $0 = work }
    }

    /// Does `work` before a delivery or a question is begun, as if it waited for a connection or a token.
    public func beforeBeginning(_ work: @escaping @Sendable () async throws -> Void) {
        delay.withLock { $0 = work }
    }

    /// Every bundle that arrived.
    public var received: [[UInt8]] {
        log.withLock { $0 }
    }

    /// How the resources it holds can be read back; not at all unless a test says otherwise.
    public var openness: Openness {
        get { open.withLock { $0 } }
        set { open.withLock { $0 = newValue } }
    }

    /// How often the resources it holds were looked at.
    public var lookedAt: Int { looks.withLock { $0 } }

    /// Changes the resources it holds, as its own staff or a defect would.
    public func change(_ edit: (inout [String: Resource]) -> Void) {
        store.withLock { edit(&$0) }
    }

    /// The resources it holds, by `Type/id`.
    public var held: [String: Resource] {
        store.withLock { $0 }
    }

    /// Transactions and update-as-create, unless limited.
    public func capability() async throws -> ServerCapability {
        if let fault = hidden.withLock({ $0 }) { throw fault }
        let type =
            switch openness {
            case .closed: ServerCapability.TypeCapability(interactions: ["update", "delete"], updateCreate: true)
            case .read: ServerCapability.TypeCapability(interactions: ["update", "delete", "read"], updateCreate: true)
            case .searched, .unlicensed:
                ServerCapability.TypeCapability(
                    interactions: ["update", "delete", "search-type"], searchParameters: ["_id"], updateCreate: true)
            }
        return ServerCapability(
            fhirVersion: "4.0.1", systemInteractions: missing ? [] : ["transaction", "batch"],
            systemOperations: fetching.withLock { $0 } ? ["bulk-submit", "bulk-submit-status"] : [],
            types: Dictionary(uniqueKeysWithValues: taken.map { ($0, type) }))
    }

    /// From now on its `/metadata` offers to fetch files; it still accepts bundles.
    public func offerFetching() { fetching.withLock { $0 = true } }

    /// From now on its `/metadata` cannot be read.
    public func hide(_ fault: Fault) { hidden.withLock { $0 = fault } }

    /// How many searches were made.
    public var searches: Int {
        asked.withLock { $0 }
    }

    /// Types that cannot be searched or read.
    public var forbidden: Set<String> {
        get { refusals.withLock { $0 } }
        set { refusals.withLock { $0 = newValue } }
    }

    /// Types that can only be read.
    public var searchless: Set<String> {
        get { unsearched.withLock { $0 } }
        set { unsearched.withLock { $0 = newValue } }
    }

    /// Whether a search returns the resources that it asks to include.
    public var includes: Bool {
        get { inclusions.withLock { $0 } }
        set { inclusions.withLock { $0 = newValue } }
    }

    /// Added verbatim to every page of Consent.
    public var stray: [String] {
        get { strays.withLock { $0 } }
        set { strays.withLock { $0 = newValue } }
    }

    /// A search on one page.
    public func search(_ query: SearchQuery) async throws -> SearchPage {
        let work = interruption.withLock { work in
            defer { work = nil }
            return work
        }
        try await work?()
        if [.searched, .unlicensed].contains(openness),
            let ids = query.parameters.first(where: { $0.name == "_id" })?.value
        {
            return lookup(query.path, ids.split(separator: ",").map(String.init))
        }
        asked.withLock { $0 += 1 }
        try refuse(query.path)
        if searchless.contains(query.path) { throw Fault(.remoteRefused, .halt, "the scripted payer reads only") }
        let asked = SearchQuery(query.path, query.parameters.filter { includes || $0.name != "_include" })
        let page = server.withLock { $0.page(of: asked, at: clock.now()) }
        guard query.path == "Consent" else { return page }
        let stray = stray.map { SearchPage.Entry(bytes: Array($0.utf8), mode: .match) }
        return SearchPage(
            entries: page.entries + stray, next: nil, total: page.total, serverTime: page.serverTime,
            byteCount: page.byteCount)
    }

    private func lookup(_ type: String, _ ids: [String]) -> SearchPage {
        looks.withLock { $0 += 1 }
        let held = held
        let found = ids.compactMap { held["\(type)/\($0)"] }
        return SearchPage(
            entries: found.map { SearchPage.Entry(bytes: $0.serialized(), mode: .match) }, next: nil,
            total: found.count, serverTime: clock.now(), byteCount: 0)
    }

    /// All types if it is closed or unlicensed.
    public func unreadableTypes(among types: [String]) async throws -> [String] {
        [.closed, .unlicensed].contains(openness) ? types : []
    }

    /// There is never a second page.
    public func page(_ link: String) async throws -> SearchPage {
        throw Fault(.remoteFailed, .halt, "the scripted payer has one page only")
    }

    /// One resource.
    public func read(type: String, id: String) async throws -> [UInt8]? {
        try refuse(type)
        guard openness == .read else { return server.withLock { $0.resources["\(type)/\(id)"]?.serialized() } }
        looks.withLock { $0 += 1 }
        return held["\(type)/\(id)"]?.serialized()
    }

    private func refuse(_ type: String) throws {
        guard forbidden.contains(type) else { return }
        throw Fault(.authForbidden, .halt, "the scripted payer refuses this type")
    }

    /// Answers as scripted.
    public func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        try await delay.withLock { $0 }?()
        try await lastLook()
        log.withLock { $0.append(bundle) }
        try await meanwhile.withLock { $0 }?()
        try Task.checkCancellation()
        if let most, most.isExceeded(by: bundle) { return answer(most.status, most.words) }
        let reply = replies.withLock { $0.isEmpty ? .accept : $0.removeFirst() }
        switch reply {
        case .fail(let fault): throw fault
        case .refuse(let status): return answer(status, OperationOutcome.refusal)
        case .say(let status, let words): return answer(status, words)
        case .sayOfEach(let entry):
            let count = try take(bundle, all: true)["entry"]?.elements.count ?? 0
            return answer(
                200,
                [
                    "resourceType": "Bundle", "type": "transaction-response",
                    "entry": .array(Array(repeating: entry, count: count)),
                ])
        case .retell(let change):
            let responses = try take(bundle, all: true)["entry"]?.elements ?? []
            return answer(
                200,
                ["resourceType": "Bundle", "type": "transaction-response", "entry": .array(change(responses))])
        case .busy(let seconds): return answer(503, OperationOutcome.refusal, retryAfter: seconds)
        case .accept: return answer(200, try take(bundle, all: true))
        case .acceptAllButLast: return answer(200, try take(bundle, all: false))
        case .loseAnswer:
            _ = try take(bundle, all: true)
            throw Fault(.payerUnknownOutcome, .retry, "no answer came", hint: "it is sent again")
        }
    }

    /// Scripts the answers to questions who a person is; after those, nobody is known.
    public func tell(_ next: MemberMatchAnswer...) {
        told.withLock { $0 += next }
    }

    /// Every question that arrived.
    public var questions: [MemberMatchQuestion] {
        asking.withLock { $0 }
    }

    /// Loses the answer to the next question, which still arrives.
    public func loseNextQuestion() { losing.withLock { $0 += 1 } }

    /// Answers as told.
    public func matchMember(
        _ question: MemberMatchQuestion, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer {
        if let work = delay.withLock({ $0 }) { try await work() }
        try await lastLook()
        asking.withLock { $0.append(question) }
        try loseQuestion()
        return told.withLock { $0.isEmpty ? .nobody : $0.removeFirst() }
    }

    /// Takes a bulk question; the test provides the answer.
    public func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        if let work = delay.withLock({ $0 }) { try await work() }
        try await lastLook()
        asking.withLock { $0 += questions }
        try loseQuestion()
        return base + "/status/match"
    }

    private func loseQuestion() throws {
        let isLost = losing.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isLost { throw Fault(.remoteTimeout, .retry, "no answer came") }
    }

    /// Accepts a bundle that did not come by a request, except for one entry.
    public func take(_ bundle: [UInt8], butFor location: String? = nil) {
        guard let bundle = try? FHIRBundle(JSONParser.parse(bundle)) else { return }
        store.withLock { held in
            for entry in bundle.entries {
                if let url = entry.request?.url, url != location { held[url] = entry.resource }
            }
        }
    }

    private func take(_ bytes: [UInt8], all: Bool) throws -> JSONValue {
        let bundle = try FHIRBundle(JSONParser.parse(bytes))
        let taken = all ? bundle.entries[...] : bundle.entries.dropLast()
        store.withLock { held in
            for entry in taken { if let url = entry.request?.url { held[url] = entry.resource } }
        }
        var responses = taken.map { entry -> JSONValue in
            [
                "response": [
                    "status": "201 Created", "location": .string((entry.request?.url ?? "") + "/_history/1"),
                ]
            ]
        }
        if !all { responses.append(["response": ["status": "422 Unprocessable"]]) }
        return ["resourceType": "Bundle", "type": "transaction-response", "entry": .array(Array(responses))]
    }

    private func answer(_ status: Int, _ body: JSONValue, retryAfter: Int? = nil) -> PayerAnswer {
        PayerAnswer(
            status: status, body: body.serialized(), retryAfterSeconds: retryAfter, serverTime: clock.now(),
            answerID: "4f1c8a52-90bb-4d6e-8f3a-000000000001")
    }
}

extension OperationOutcome {
    fileprivate static var refusal: JSONValue {
        [
            "resourceType": "OperationOutcome",
            "issue": [["severity": "error", "code": "invalid", "expression": ["Encounter.period"]]],
        ]
    }
}
