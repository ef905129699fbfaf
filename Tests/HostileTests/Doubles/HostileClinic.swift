import FHIR
import FHIRClient
import Foundation
import PDexTesting
import Synchronization

/// A clinic on a loopback port: token endpoint, searches in pages, reads and a bulk export, honest until it is told to
/// play a fault.
final class HostileClinic: Sendable {
    /// What was requested, such as `file Observation`, and how many times since the fault began.
    struct Moment: Sendable {
        let place: String
        let count: Int
        let request: ArrivedRequest
        /// What an honest clinic would answer.
        let honest: Answer
        /// The clinic's own address.
        let base: String
    }

    /// What happens instead of the honest answer; nil for the honest one.
    typealias Play = @Sendable (Moment) -> Listener.Reply?

    private struct State: Sendable {
        var records: [Resource] = []
        var strays: [(line: [UInt8], place: Int)] = []
        var deleted: [String] = []
        var outcomes: [String] = []
        var play: Play = { _ in nil }
        var counts: [String: Int] = [:]
        var tokens = 0
        var base = ""
        var kickOffs = 0
        var dropped: Set<String> = []
        var mostExports = 0
        var cut: (path: String, reason: TransportError.Reason, left: Int)?
    }

    let listener: Listener
    private let box: Box

    init(_ records: [Resource]) throws {
        let box = Box(State(records: records))
        listener = try Listener { request in box.state.withLock { Self.reply(to: request, &$0) } }
        self.box = box
        let base = listener.base
        box.state.withLock { $0.base = base }
    }

    deinit { listener.stop() }

    var base: String { listener.base }
    /// How often a place was requested since the fault began.
    func count(_ place: String) -> Int { box.state.withLock { $0.counts[place] ?? 0 } }
    /// How many tokens were issued.
    var tokens: Int { box.state.withLock { $0.tokens } }

    /// How many exports were started.
    var kickOffs: Int { box.state.withLock { $0.kickOffs } }
    /// The most exports that existed at one time: started, and not dropped.
    var mostExports: Int { box.state.withLock { $0.mostExports } }

    /// Plays a fault from now on.
    func play(_ play: @escaping Play) {
        box.state.withLock {
            $0.play = play
            $0.counts = [:]
        }
    }

    /// Cuts off the way to a path, that many times.
    func cut(_ reason: TransportError.Reason, at path: String, times: Int = .max) {
        box.state.withLock { $0.cut = (path, reason, times) }
    }

    /// Why a request does not arrive; nil when it does.
    func isCut(at url: String) -> TransportError.Reason? {
        box.state.withLock { state in
            guard let cut = state.cut, cut.left > 0, url.contains(cut.path) else { return nil }
            state.cut?.left -= 1
            return cut.reason
        }
    }

    /// Adds a resource.
    func put(_ resource: Resource) {
        box.state.withLock { $0.records.append(resource) }
    }

    /// Makes the clinic honest again, without strays.
    func heal() {
        box.state.withLock {
            $0.play = { _ in nil }
            $0.counts = [:]
            $0.strays = []
            $0.outcomes = []
            $0.cut = nil
        }
    }

    /// Puts a line into the file of Observations, at a place from 0 on or at the end; the manifest counts it.
    func stray(_ line: [UInt8], at place: Int = .max) {
        box.state.withLock { $0.strays.append((line, place)) }
    }

    /// Says in the manifest's `deleted` that a resource is gone, and forgets it.
    func delete(_ reference: String) {
        box.state.withLock {
            $0.deleted.append(reference)
            $0.records.removeAll { "\($0.type)/\($0.id ?? "")" == reference }
        }
    }

    /// Adds an OperationOutcome of that severity to the manifest's `error`.
    func outcome(_ severity: String) {
        let line = #"{"resourceType":"OperationOutcome","issue":[{"severity":"\#(severity)","code":"exception"}]}"#
        box.state.withLock { $0.outcomes.append(line) }
    }

    /// Keeps the mutex where the listener's script can reach it before the clinic is made.
    private final class Box: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    private static func reply(to request: ArrivedRequest, _ state: inout State) -> Listener.Reply {
        let (place, honest) = answer(to: request, &state)
        let count = (state.counts[place] ?? 0) + 1
        state.counts[place] = count
        let moment = Moment(place: place, count: count, request: request, honest: honest, base: state.base)
        let reply = state.play(moment) ?? .keep(honest.wire())
        note(place, request, reply, &state)
        return reply
    }

    /// Counts exports: one exists from its 202 until it is dropped.
    private static func note(
        _ place: String, _ request: ArrivedRequest, _ reply: Listener.Reply, _ state: inout State
    ) {
        if place == "delete" { state.dropped.insert(request.path) }
        guard place == "kickoff", reply.status == 202 else { return }
        state.kickOffs += 1
        state.mostExports = max(state.mostExports, state.kickOffs - state.dropped.count)
    }

    // MARK: The honest clinic

    private static func answer(to request: ArrivedRequest, _ state: inout State) -> (place: String, Answer) {
        let parts = request.path.split(separator: "/").map(String.init)
        switch (parts.first ?? "", parts.count) {
        case (".well-known", _): return ("configuration", configuration(state.base))
        case ("token", _):
            state.tokens += 1
            return ("token", token(request, number: state.tokens))
        default: break
        }
        let number = request.header("Authorization").flatMap { $0.split(separator: "-").last }.flatMap { Int($0) } ?? 0
        let isAllowed = number > 0 && number <= state.tokens
        func checked(_ place: String, _ answer: Answer) -> (String, Answer) {
            (place, isAllowed ? answer : Answer("{}", status: 401))
        }
        switch (parts.first ?? "", parts.count) {
        case ("metadata", _): return ("metadata", capability)
        case ("status", _):
            if state.dropped.contains(request.path) { return checked("status", Answer("{}", status: 404)) }
            return checked(
                request.method == "DELETE" ? "delete" : "status",
                request.method == "DELETE" ? Answer(status: 202) : manifest(state))
        case ("files", 2): return checked("file \(parts[1])", file(parts[1], state))
        case (_, 3) where parts[2] == "$export":
            return checked(
                "kickoff", Answer(status: 202, "Content-Location: \(state.base)/status/\(state.kickOffs + 1)"))
        case (let type, 2):
            let found = state.records.first { $0.type == type && $0.id == parts[1] }
            return checked("read \(type)", found.map { Answer($0.serialized()) } ?? Answer("{}", status: 404))
        case (let type, _):
            let place = request.parameter("at") == nil ? "search \(type)" : "page \(type)"
            return checked(place, page(type, request, state))
        }
    }

    private static func configuration(_ base: String) -> Answer {
        Answer(
            """
            {"token_endpoint":"\(base)/token","grant_types_supported":["client_credentials"],
             "capabilities":["client-confidential-asymmetric","permission-v2"],
             "token_endpoint_auth_signing_alg_values_supported":["ES384"]}
            """)
    }

    private static func token(_ request: ArrivedRequest, number: Int) -> Answer {
        let scope = request.parameter("scope") ?? ""
        return Answer(
            #"{"access_token":"secret-token-\#(number)","token_type":"bearer","expires_in":300,"scope":"\#(scope)"}"#)
    }

    private static var capability: Answer {
        let types = ["Patient", "Encounter", "Condition", "Observation", "DocumentReference", "Practitioner"].map {
            #"{"type":"\#($0)","searchParam":[{"name":"patient"},{"name":"_id"}]}"#
        }
        let group = #"{"type":"Group","operation":[{"name":"export","definition":"x"}]}"#
        return Answer(
            #"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","resource":["#
                + (types + [group]).joined(separator: ",") + "]}]}")
    }

    private static func manifest(_ state: State) -> Answer {
        let types = Set(state.records.map(\.type)).subtracting(["Group"]).sorted()
        func entry(_ type: String, _ name: String, _ count: Int) -> String {
            #"{"type":"\#(type)","url":"\#(state.base)/files/\#(name)","count":\#(count)}"#
        }
        let output = types.map { type in
            entry(
                type, type,
                state.records.count { $0.type == type } + (type == "Observation" ? state.strays.count : 0))
        }
        let deleted = state.deleted.isEmpty ? [] : [entry("Bundle", "deleted", state.deleted.count)]
        let errors = state.outcomes.isEmpty ? [] : [entry("OperationOutcome", "error", state.outcomes.count)]
        return Answer(
            """
            {"transactionTime":"2026-06-01T02:15:00.000Z","request":"x","requiresAccessToken":true,
             "output":[\(output.joined(separator: ","))],"deleted":[\(deleted.joined())],"error":[\(errors.joined())]}
            """)
    }

    private static func file(_ type: String, _ state: State) -> Answer {
        var lines = state.records.filter { $0.type == type }.map { $0.serialized() }
        if type == "deleted" {
            lines = state.deleted.map { reference in
                let request = #"{"request":{"method":"DELETE","url":"\#(reference)"}}"#
                return [UInt8](#"{"resourceType":"Bundle","type":"transaction","entry":[\#(request)]}"#.utf8)
            }
        }
        if type == "error" { lines = state.outcomes.map { [UInt8]($0.utf8) } }
        if type == "Observation" {
            for stray in state.strays { lines.insert(stray.line, at: min(stray.place, lines.count)) }
        }
        var answer = Answer(lines.flatMap { $0 + [UInt8(ascii: "\n")] })
        answer.fields[0] = "Content-Type: application/fhir+ndjson"
        return answer
    }

    /// Two matches on a page.
    private static func page(_ type: String, _ request: ArrivedRequest, _ state: State) -> Answer {
        let ids = request.parameter("_id")?.split(separator: ",").map(String.init)
        let patient = request.parameter("patient")
        let found = state.records.filter { record in
            let subject = record["subject"]?["reference"]?.string ?? record["patient"]?["reference"]?.string
            return record.type == type && ids.map { $0.contains(record.id ?? "") } ?? true
                && patient.map { subject == "Patient/" + $0 } ?? true
        }
        let start = request.parameter("at").flatMap { Int($0) } ?? 0
        let shown = found.dropFirst(start).prefix(2)
        let filter = patient.map { "patient=\($0)" } ?? ids.map { "_id=\($0.joined(separator: ","))" } ?? "all=1"
        let own = "\(state.base)/\(type)?\(filter)"
        var links = [#"{"relation":"self","url":"\#(own)"}"#]
        if start + 2 < found.count { links.append(#"{"relation":"next","url":"\#(own)&at=\#(start + 2)"}"#) }
        let entries = shown.map {
            #"{"resource":"# + String(decoding: $0.serialized(), as: UTF8.self) + #","search":{"mode":"match"}}"#
        }
        return Answer(
            #"{"resourceType":"Bundle","type":"searchset","total":\#(found.count),"link":["#
                + links.joined(separator: ",") + #"],"entry":["# + entries.joined(separator: ",") + "]}")
    }
}
