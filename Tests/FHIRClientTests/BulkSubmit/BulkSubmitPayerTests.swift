import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import FHIRClient

/// Telling a payer where files are, and learning what became of them (WR-22 d, SUB-01 to SUB-08).
@Suite("Bulk submit")
struct BulkSubmitPayerTests {
    private let sample: DropSample
    private let files: SubmittedFiles

    init() throws {
        sample = try DropSample(seed: 7)
        files = try #require(SubmittedFiles(sample.bundle, submission: "x-1", at: "https://files.example"))
    }

    @Test("a submission is one completed request with a derived id, and its answer is read entry by entry")
    func submits() async throws {
        let looks = Mutex(0)
        let transport = script([.accepted, .located, .status(202), .manifest([])])

        let answer = try await payer(transport).submit(sample.bundle, requestID: "x-1-1") {
            looks.withLock { $0 += 1 }
        }

        let sent = try JSONParser.parse(try #require(transport.requests.first?.body))
        let parameters = Dictionary(
            uniqueKeysWithValues: (sent["parameter"]?.elements ?? []).map { ($0["name"]?.string ?? "", $0) })
        #expect(parameters["submitter"]?["valueIdentifier"] == ["system": "https://p.example/s", "value": "us"])
        #expect(parameters["submissionId"]?["valueString"]?.string == files.id)
        #expect(parameters["submissionStatus"]?["valueCoding"]?["code"]?.string == "completed")
        #expect(
            parameters["manifestUrl"]?["valueUrl"]?.string
                == "https://files.example/submissions/\(files.id)/manifest.json")
        #expect(parameters["fhirBaseUrl"]?["valueUrl"]?.string == AuthorizationServer.base)
        let header = parameters["fileRequestHeader"]?["part"]?.elements.compactMap { $0["valueString"]?.string }
        #expect(header == ["Authorization", "Bearer token of \(files.id)"])
        #expect(looks.withLock { $0 } == 1)
        let response = try FHIRBundle(try JSONParser.parse(answer.body))
        #expect(answer.status == 200)
        #expect(response.entries.map(\.response?.location) == files.entries.map(\.location))
        #expect(response.entries.map(\.response?.status) == files.entries.map { $0.isDeleted ? "204" : "200" })
        #expect(asked(transport) == ["$bulk-submit", "$bulk-submit-status", "status", "status"])
    }

    @Test("the files are those of a drop, with links that lead to us")
    func content() throws {
        let content = try #require(DropContent(sample.bundle, requestID: "x-1-9"))
        let manifest = try JSONParser.parse(try #require(files.file("manifest.json")))
        let links = ((manifest["output"]?.elements ?? []) + (manifest["deleted"]?.elements ?? []))
            .compactMap { $0["url"]?.string }

        let named = content.files.map(\.name).filter { $0.hasSuffix(".ndjson") }

        #expect(files.id == content.plainName)
        #expect(links == named.map { "https://files.example/submissions/\(files.id)/\($0)" })
        #expect(named.allSatisfy { name in files.file(name) == content.files.first { $0.name == name }?.bytes })
        #expect(files.file("SHA256SUMS") == nil)
        #expect(SubmittedFiles.submission(ofID: files.id) == "x-1")
    }

    @Test(
        "ids that are none of ours lead to no submission",
        arguments: ["", "a", "a-b-c", "a--c-d", "a-b-c-d-e", "a-b-c-"])
    func strangeIDs(id: String) {
        #expect(SubmittedFiles.submission(ofID: id) == nil)
    }

    @Test("an error that names a resource is the answer to its entry, and of no other; a warning is none")
    func outcomes() async throws {
        for (index, entry) in files.entries.enumerated() {
            let transport = script([
                .accepted, .located, .manifest(["https://fhir.example.org/r4/lines"]),
                .lines([
                    outcome("error", of: AuthorizationServer.base + "/" + entry.location),
                    outcome("warning", of: files.entries[0].location), outcome("information", of: nil),
                ]),
            ])

            let answer = try await payer(transport).submit(sample.bundle, requestID: "x-1-1", lastLook: {})

            let statuses = try FHIRBundle(try JSONParser.parse(answer.body)).entries.map(\.response?.status)
            #expect(statuses.indices.filter { statuses[$0] == "422" } == [index])
        }
    }

    @Test("an error that names nothing of ours is said of everything", arguments: [nil, "Patient/of-others"])
    func general(source: String?) async throws {
        let transport = script([
            .accepted, .located, .manifest(["https://fhir.example.org/r4/lines"]),
            .lines([outcome("fatal", of: source)]),
        ])

        let answer = try await payer(transport).submit(sample.bundle, requestID: "x-1-1", lastLook: {})

        let entries = try FHIRBundle(try JSONParser.parse(answer.body)).entries
        #expect(entries.allSatisfy { $0.response?.status == "422" && $0.response?.outcome != nil })
    }

    @Test("a later claim asks first, and submits only what the payer does not know")
    func asksFirst() async throws {
        let known = script([.located, .manifest([])])
        let unknown = script([.status(404), .accepted, .located, .manifest([])])
        let looks = Mutex(0)

        let first = try await payer(known).submit(sample.bundle, requestID: "x-1-2") { looks.withLock { $0 += 1 } }
        let second = try await payer(unknown).submit(sample.bundle, requestID: "x-1-2") { looks.withLock { $0 += 1 } }

        #expect(first.status == 200 && second.status == 200)
        #expect(asked(known) == ["$bulk-submit-status", "status"])
        #expect(asked(unknown) == ["$bulk-submit-status", "$bulk-submit", "$bulk-submit-status", "status"])
        #expect(looks.withLock { $0 } == 1)
    }

    @Test("what the payer could not fetch is submitted anew, as another round, by the next attempt")
    func rounds() async throws {
        let line = Step.lines([outcome("error", of: nil, code: "not-found")])
        let unfetched: [Step] = [.located, .manifest(["https://fhir.example.org/r4/lines"]), line]
        let first = script([.accepted] + unfetched)
        let second = script(unfetched + [.status(404), .accepted, .located, .manifest([], round: 2)])

        let fault = await #expect(throws: Fault.self) {
            try await payer(first).submit(sample.bundle, requestID: "x-1-1", lastLook: {})
        }
        let answer = try await payer(second).submit(sample.bundle, requestID: "x-1-2", lastLook: {})

        let kickOff = try #require(second.requests.first { $0.url.text.hasSuffix("$bulk-submit") }?.body)
        #expect(fault?.code == .payerUnknownOutcome && fault?.disposition == .retry)
        #expect(String(decoding: kickOff, as: UTF8.self).contains(#""valueString":"\#(files.id).2""#))
        #expect(answer.status == 200)
        let again = try #require(SubmittedFiles(sample.bundle, id: files.id + ".2", at: "https://files.example"))
        #expect(again.manifestURL.hasSuffix("\(files.id).2/manifest.json"))
        #expect(SubmittedFiles(sample.bundle, id: files.id + ".x", at: "https://files.example") == nil)
    }

    @Test("a payer that can never fetch it has said so in the end")
    func lastRound() async throws {
        let rounds = (1...12).flatMap { round -> [Step] in
            [
                .located, .manifest(["https://fhir.example.org/r4/lines"], round: round),
                .lines([outcome("error", of: nil, code: "timeout")]),
            ]
        }

        let answer = try await payer(script(rounds)).submit(sample.bundle, requestID: "x-1-40", lastLook: {})

        let entries = try FHIRBundle(try JSONParser.parse(answer.body)).entries
        #expect(entries.allSatisfy { $0.response?.status == "422" })
    }

    @Test("a payer that is at it for long is asked again by the next attempt, before a claim runs out")
    func underWay() async throws {
        let clock = ManualClock()
        let transport = script([.accepted, .located], then: .status(202))

        let fault = await #expect(throws: Fault.self) {
            try await payer(transport, clock).submit(sample.bundle, requestID: "x-1-1", lastLook: {})
        }

        #expect(fault?.code == .payerUnknownOutcome && fault?.disposition == .retry)
        #expect(fault?.retryAfterSeconds == 60)
        #expect(clock.sleeps.reduce(0, +) <= 240 && clock.sleeps.reduce(0, +) > 200)
        #expect(clock.sleeps == clock.sleeps.sorted() && clock.sleeps.max() == 30)
    }

    @Test("a refusal of the submission is its answer", arguments: [400, 403, 404, 409, 413, 422, 429, 503])
    func refused(status: Int) async throws {
        let transport = script([.status(status)])

        let answer = try await payer(transport).submit(sample.bundle, requestID: "x-1-1", lastLook: {})

        #expect(answer.status == status)
        #expect(transport.requests.count == 1)
    }

    @Test(
        "whatever is not said of a submission that may have arrived is an unknown outcome",
        arguments: [
            [Step.lost], [.accepted, .lost], [.accepted, .status(404)], [.accepted, .status(202)],
            [.accepted, .located, .status(404)], [.accepted, .located, .body("{")],
            [.accepted, .located, .body(#"{"submissionId":"of others"}"#)],
            [.accepted, .located, .manifest(["https://fhir.example.org/r4/lines"]), .body("no line")],
        ])
    func unknown(steps: [Step]) async throws {
        let fault = await #expect(throws: Fault.self) {
            try await payer(script(steps, then: .lost)).submit(sample.bundle, requestID: "x-1-1", lastLook: {})
        }

        #expect(fault?.code == .payerUnknownOutcome && fault?.disposition == .retry)
    }

    @Test("what the last look throws keeps the submission from being made")
    func withheld() async throws {
        let withdrawn = Fault(.consentDenied, .withhold, "withdrawn")
        let transport = script([.accepted])

        let fault = await #expect(throws: Fault.self) {
            try await payer(transport).submit(sample.bundle, requestID: "x-1-1") { throw withdrawn }
        }

        #expect(fault == withdrawn)
        #expect(transport.requests.isEmpty)
    }

    @Test("status files are read nowhere else than the payer's configuration allows")
    func elsewhere() async throws {
        let transport = script([.accepted, .located, .manifest(["https://elsewhere.example/lines"]), .lines([])])

        let fault = await #expect(throws: Fault.self) {
            try await payer(transport).submit(sample.bundle, requestID: "x-1-1", lastLook: {})
        }

        // The payer may have it: that is never reported as if nothing had been sent.
        #expect(fault?.code == .payerUnknownOutcome && fault?.disposition == .retry)
        #expect(fault?.message.contains("remote.policy") == true)
        #expect(asked(transport).count == 3)
    }

    @Test("once it was submitted no fault of asking makes it unsent", arguments: [400, 401, 403, 404, 500])
    func neverUnsent(status: Int) async throws {
        let transport = script([.accepted], then: .status(status))
        let fault = await #expect(throws: Fault.self) {
            try await payer(transport).submit(sample.bundle, requestID: "x-1-1", lastLook: {})
        }
        #expect(fault?.code == .payerUnknownOutcome && fault?.disposition == .retry)
    }

    // MARK: The payer

    /// The answer to a request.
    enum Step: Sendable {
        case accepted, located, lost
        case status(Int)
        case manifest([String], round: Int = 1)
        case lines([String])
        case body(String)
    }

    private func script(_ steps: [Step], then last: Step = .status(500)) -> FunctionTransport {
        let id = files.id
        return FunctionTransport { _, number in
            switch number <= steps.count ? steps[number - 1] : last {
            case .accepted: return .json("")
            case .located:
                return .json("", status: 202, headers: ["Content-Location": AuthorizationServer.base + "/status"])
            case .lost: throw TransportError(.brokenOff, mayHaveArrived: true)
            case .status(let status): return .json("{}", status: status)
            case .manifest(let urls, let round):
                let id = round == 1 ? id : "\(id).\(round)"
                let items = urls.map { #"{"url":"\#($0)"}"# }.joined(separator: ",")
                return .json(#"{"submissionId":"\#(id)","requiresAccessToken":false,"outcome":[\#(items)]}"#)
            case .lines(let lines): return .json(lines.joined(separator: "\n"))
            case .body(let body): return .json(body)
            }
        }
    }

    private func payer(_ transport: FunctionTransport, _ clock: ManualClock = ManualClock()) throws -> BulkSubmitPayer {
        BulkSubmitPayer(
            try session(transport, clock, side: .payer),
            submitter: BulkSubmitter(
                system: "https://p.example/s", value: "us", place: "https://files.example",
                token: { "token of \($0)" }))
    }

    private func asked(_ transport: FunctionTransport) -> [String] {
        transport.requests.map { $0.url.text.split(separator: "/").last.map(String.init) ?? "" }
    }

    private func outcome(_ severity: String, of source: String?, code: String = "invalid") -> String {
        let named = source.map {
            #""extension":[{"url":"http://hl7.org/fhir/StructureDefinition/operationoutcome-sourceResource","#
                + #""valueReference":{"reference":"\#($0)"}}],"#
        }
        return
            #"{"resourceType":"OperationOutcome",\#(named ?? "")"issue":[{"severity":"\#(severity)","code":"\#(code)"}]}"#
    }
}
