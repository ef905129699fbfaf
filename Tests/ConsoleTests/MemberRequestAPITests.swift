import FHIR
import FHIRClient
import Foundation
import Jobs
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

@Suite("The API for member requests")
struct MemberRequestAPITests {
    private let path = "/v1/member-requests"

    @Test("accepts a demand, tells where it is looked at, and later what came of it")
    func whole() async throws {
        let harness = try APIHarness()

        let accepted = await harness.send("POST", path, #"{"payer": "med0", "member": "joe"}"#)
        let location = accepted.headers["Location"] ?? ""
        let before = await harness.send("GET", location)
        _ = try await harness.operations.answer(String(location.split(separator: "/").last ?? ""))
        let after = await harness.send("GET", location)

        #expect(accepted.status == 202)
        #expect(before.json["resourceType"] == "Task")
        #expect(before.json["status"] == "requested")
        #expect(after.json["status"] == "completed")
        #expect(after.json["businessStatus"]?["text"] == "acknowledged")
        let counts = (after.json["output"]?.elements ?? []).compactMap { output in
            output["valueUnsignedInt"]?.number?.int.map { "\(output["type"]?["text"]?.string ?? ""): \($0)" }
        }
        #expect(counts.contains("bundles: 1") && counts.contains("bundles acknowledged: 1"))
        #expect(counts.contains("unchanged: 0") && !counts.contains("resources: 0"))
        #expect(after.json["for"]?["reference"] == "Patient/joe")
        #expect(harness.night.payer.held.values.contains { $0.type == "Encounter" })
    }

    @Test("tells of no exchange to which the request has not led: what a night sent before is no answer")
    func older() async throws {
        let harness = try APIHarness()
        _ = try await harness.operations.run(job: harness.job.name)
        harness.night.clock.advance(seconds: 60)
        let accepted = await harness.send("POST", path, #"{"payer": "med0", "patient": "joe"}"#)
        let location = accepted.headers["Location"] ?? ""

        let waiting = await harness.send("GET", location)
        let cancelled = await harness.send("DELETE", location)

        let sent = try await harness.night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 9) }
        #expect(sent.map(\.state) == [.acknowledged])
        for (answer, status) in [(waiting, "requested"), (cancelled, "cancelled")] {
            #expect(answer.json["status"]?.string == status)
            #expect(answer.json["businessStatus"] == nil && answer.json["output"] == nil)
        }
    }

    @Test(
        "says only that the member is withheld of what only takes back, however far that is",
        arguments: [
            (.acknowledged, nil), (.queued, nil), (.retrying, nil), (.retrying, .remoteThrottled),
            (.parked, .payerRefused), (.cancelled, .cancelledByOperator),
        ] as [(ExchangeState, FaultCode?)])
    func takenBack(state: ExchangeState, reason: FaultCode?) {
        let now = Instant(milliseconds: 0)
        let request = MemberRequest(
            id: "r", job: "nightly", payer: "med0", patient: "joe", since: nil, types: [], accepted: now, due: now)
        let keys = [ResourceKey(bits: 1), ResourceKey(bits: 2)]
        let exchange = Exchange(
            id: "x", job: "nightly", run: "run", member: keys[0], clinic: "clinic0", payer: "med0",
            state: state, reason: reason, fingerprint: 0,
            manifest: ExchangeManifest([
                .init(key: keys[0], contentHash: 1, leftOut: .consentDenied),
                .init(key: keys[1], contentHash: 1, leftOut: .retractedByDelete),
            ]), mapping: "m", created: now, updated: now)

        let task = MemberRequestTask(
            detail: MemberRequestDetail(request: request, exchange: exchange, bundles: [.retrying]), now: now
        ).json

        #expect(task["businessStatus"]?["text"] == "withheld")
        #expect(task["statusReason"]?["text"] == "withheld")
        #expect(task["output"]?.elements.compactMap { $0["type"]?["text"]?.string } == ["exchange"])
    }

    @Test(
        "tells a plan of a member of whom nothing goes no more than that: neither consent, coverage nor match",
        arguments: [
            NamedMember.joe.with { $0.consent = nil }, NamedMember.joe.with { $0.consent = "inactive" },
            NamedMember.joe.with { $0.consentPeriod = "2025-01-01"..."2025-12-31" },
            NamedMember.joe.with { $0.covered = nil },
        ])
    func withheld(member: NamedMember) async throws {
        let harness = try APIHarness([member])
        let location = await harness.send("POST", path, #"{"patient": "joe"}"#).headers["Location"] ?? ""

        _ = try await harness.operations.answer(String(location.split(separator: "/").last ?? ""))
        let task = await harness.send("GET", location).json

        #expect(task["status"] == "completed")
        #expect(task["statusReason"]?["text"] == "withheld")
        #expect(task["businessStatus"]?["text"] == "withheld")
        let outputs = (task["output"]?.elements ?? []).compactMap { $0["type"]?["text"]?.string }
        #expect(outputs == ["run", "exchange"])
        let kept = try await harness.night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 9) }
        #expect(kept.compactMap(\.reason).count == 1)
    }

    @Test("says the same whatever the reason is, where the exchange stands for it, and how far it came before")
    func alike() {
        let families: Set<Substring> = ["consent", "coverage", "match"]
        let reasons = FaultCode.allCases.filter { families.contains($0.rawValue.prefix { $0 != "." }) }
        let first = task(.withheld, .consentMissing, bundles: [])

        #expect(reasons.count > 15)
        for reason in reasons {
            for state in [ExchangeState.withheld, .unmatched, .parked, .cancelled] {
                #expect(task(state, reason, bundles: [.cancelled, .acknowledged]) == first)
            }
        }
        #expect(task(.unmatched, .jobOutsideWindow, bundles: []) == first)
        #expect(task(.unmatched, .clinicUnlinked, bundles: []) == first)
    }

    @Test("says the same of the time, too, once it is over: a parked exchange does not make what has ended late")
    func alikeInTime() {
        for (updated, words) in [(Int64(1000), "in time"), (1001, "late")] {
            let times = Times(due: 1000, updated: updated, now: 5000)
            let first = task(.withheld, .consentDenied, bundles: [], at: times)
            #expect(first["description"]?.string == words)
            #expect(task(.parked, .matchAmbiguous, bundles: [.parked], at: times) == first)
            #expect(task(.parked, .payerRefused, bundles: [.parked], at: times)["description"] == "late")
        }
    }

    @Test(
        "names what is wrong with servers and formats, which speaks of nobody",
        arguments: [
            FaultCode.payerRefused, .remoteTimeout, .conformanceInvalid, .mappingRequired, .attemptsExhausted,
        ])
    func technical(reason: FaultCode) {
        let task = task(.parked, reason, bundles: [.parked])

        #expect(task["businessStatus"]?["text"] == "parked")
        #expect(task["statusReason"]?["text"]?.string == reason.rawValue)
        #expect(task["output"]?.elements.count == 5)
    }

    /// When a request is due, when it ended, and when it is looked at.
    private struct Times {
        var due: Int64 = 0
        var updated: Int64 = 0
        var now: Int64 = 0
    }

    /// The Task of a request that led to an exchange.
    private func task(
        _ state: ExchangeState, _ reason: FaultCode, bundles: [SubmissionState], at times: Times = Times()
    ) -> JSONValue {
        let made = Instant(milliseconds: 0)
        let request = MemberRequest(
            id: "r", job: "nightly", payer: "med0", patient: "joe", since: nil, types: [], accepted: made,
            due: Instant(milliseconds: times.due), state: .completed, updated: Instant(milliseconds: times.updated))
        let exchange = Exchange(
            id: "x", job: "nightly", run: "run", member: ResourceKey(bits: 1), clinic: "clinic0", payer: "med0",
            state: state, reason: reason, fingerprint: 0, manifest: ExchangeManifest(), carried: bundles.count,
            unchanged: bundles.count, mapping: "m", created: made, updated: made)
        return MemberRequestTask(
            detail: MemberRequestDetail(request: request, exchange: exchange, bundles: bundles),
            now: Instant(milliseconds: times.now)
        ).json
    }

    @Test("answers nobody without a token that it knows", arguments: [nil, "", "a-token-of-the-porta", "x"])
    func strangers(token: String?) async throws {
        let harness = try APIHarness()

        for (method, target) in [("POST", path), ("GET", path), ("GET", path + "/x"), ("DELETE", path + "/x")] {
            let answer = await harness.send(method, target, #"{"member": "joe"}"#, token: token)
            #expect(answer.status == 401)
            #expect(answer.headers["WWW-Authenticate"] == "Bearer")
        }
        #expect(try await harness.operations.memberRequests(limit: 1).isEmpty)
    }

    @Test(
        "refuses what cannot be meant with a stable status, and keeps nothing",
        arguments: [
            ("", 400), ("[]", 400), (#"{"member": "joe""#, 400), ("{}", 422), (#"{"member": 1}"#, 422),
            (#"{"member": "joe smith"}"#, 422), (#"{"member": "joe", "shoe": 1}"#, 422),
            (#"{"member": "joe", "since": "yesterday"}"#, 422), (#"{"member": "joe", "types": "Encounter"}"#, 422),
            (#"{"member": "joe", "types": ["Account"]}"#, 422), (#"{"member": "joe", "job": "none"}"#, 404),
            (#"{"member": "joe", "payer": "nobody"}"#, 422),
        ])
    func refuses(body: String, status: Int) async throws {
        let harness = try APIHarness()

        let answer = await harness.send("POST", path, body)

        #expect(answer.status == status)
        #expect(answer.headers["Content-Type"] == "application/problem+json")
        let detail = answer.json["detail"]?.string ?? "smith"
        #expect(!detail.contains("smith"))
        #expect(try await harness.operations.memberRequests(limit: 1).isEmpty)
    }

    @Test("gives a code with whatever it refuses")
    func codes() async throws {
        let harness = try APIHarness()
        let answers = [
            await harness.send("GET", path, token: nil), await harness.send("GET", "/metrics", token: APIHarness.other),
            await harness.send("GET", "/v2"), await harness.send("PUT", path), await harness.send("POST", path, "["),
            await harness.send("POST", path, "{}", headers: [("Content-Type", "text/plain")]),
            await harness.send("POST", path, "{}"), await harness.send("GET", path + "?state=odd"),
        ]

        #expect(answers.map(\.status) == [401, 403, 404, 405, 400, 415, 422, 422])
        #expect(
            answers.map { $0.json["code"]?.string } == [
                "api.unauthorized", "api.forbidden", "api.path-unknown", "api.method-not-allowed", "api.malformed",
                "api.malformed", "request.invalid", "request.invalid",
            ])
    }

    @Test("gives a code with what it could not finish, too")
    func failed() {
        let answer = Problem(500, "Failed", "see the service's log").answer
        #expect(answer.status == 500)
        #expect(answer.json["code"] == "api.failed")
    }

    @Test("takes the same demand under the same key once, and another one under it never")
    func idempotent() async throws {
        let harness = try APIHarness([.joe, .ada])
        let headers = [("Content-Type", "application/json; charset=utf-8"), ("Idempotency-Key", "k-1")]

        let first = await harness.send("POST", path, #"{"member": "joe"}"#, headers: headers)
        harness.night.clock.advance(seconds: 10)
        let second = await harness.send("POST", path, #"{"member": "joe"}"#, headers: headers)
        let other = await harness.send("POST", path, #"{"member": "ada"}"#, headers: headers)

        #expect(first.status == 202 && second.status == 202)
        #expect(first.headers["Location"] == second.headers["Location"])
        #expect(other.status == 409)
        #expect(other.json["code"] == "request.conflict")
    }

    @Test("takes a key for its holder's alone: another's is another request, and tells nothing of the first")
    func holders() async throws {
        let harness = try APIHarness([.joe, .ada])
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "k-1")]

        let first = await harness.send("POST", path, #"{"member": "joe"}"#, headers: headers)
        let same = await harness.send(
            "POST", path, #"{"member": "joe"}"#, token: APIHarness.other, headers: headers)
        let again = await harness.send(
            "POST", path, #"{"member": "joe"}"#, token: APIHarness.other, headers: headers)
        let otherwise = await harness.send(
            "POST", path, #"{"member": "ada"}"#, token: APIHarness.other, headers: headers)

        let statuses: [Int] = [first.status, same.status, again.status, otherwise.status]
        #expect(statuses == [202, 202, 202, 409])
        #expect(first.headers["Location"] != same.headers["Location"])
        #expect(again.headers["Location"] == same.headers["Location"])
        let id = first.headers["Location"]?.split(separator: "/").last.map(String.init) ?? ""
        let detail = otherwise.json["detail"]?.string ?? ""
        #expect(!detail.contains(id))
    }

    @Test("takes a request back, once")
    func cancels() async throws {
        let harness = try APIHarness()
        let location = await harness.send("POST", path, #"{"member": "joe"}"#).headers["Location"] ?? ""

        let cancelled = await harness.send("DELETE", location)
        let again = await harness.send("DELETE", location)
        let list = await harness.send("GET", path + "?state=cancelled")
        let none = await harness.send("GET", path + "?state=requested")
        let odd = await harness.send("GET", path + "?state=late")

        #expect(cancelled.json["status"] == "cancelled")
        #expect(again.status == 409)
        let listed = list.json["entry"]?.elements.count
        #expect(listed == 1)
        let left = none.json["entry"]?.elements.count
        #expect(left == 0)
        #expect(odd.status == 422)
    }

    @Test(
        "refuses a query that it does not understand, and shows nothing by it",
        arguments: [
            "state=late", "state=%zz", "state=%ff", "state=failed&%", "status=failed", "state=failed&x=1",
            "_count=0", "_count=1001", "_count=1&_count=2", "page=2", "page=open.x.y",
        ])
    func query(text: String) async throws {
        let harness = try APIHarness()
        _ = await harness.send("POST", path, #"{"member": "joe"}"#)

        let answer = await harness.send("GET", path + "?" + text)

        #expect(answer.status == 422)
        #expect(answer.json["entry"] == nil)
    }

    @Test("lists what is open before what has ended, page by page, with where each exchange stands")
    func pages() async throws {
        let harness = try APIHarness([.joe, .ada])
        for number in 0..<3 {
            let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "k-\(number)")]
            let accepted = await harness.send("POST", path, #"{"patient": "joe"}"#, headers: headers)
            let location = accepted.headers["Location"] ?? ""
            _ = try await harness.operations.answer(String(location.split(separator: "/").last ?? ""))
            harness.night.clock.advance(seconds: 60)
        }
        _ = await harness.send("POST", path, #"{"patient": "ada"}"#)

        let first = await harness.send("GET", path + "?state=requested&state=completed&_count=2").json
        let next = first["link"]?.elements.first?["url"]?.string ?? ""
        let second = await harness.send("GET", next).json

        let entries = [first, second].flatMap { $0["entry"]?.elements ?? [] }
        let stand = entries.map { $0["resource"]?["businessStatus"]?["text"]?.string ?? "" }
        #expect(stand == ["", "acknowledged", "acknowledged", "acknowledged"])
        #expect(first["total"] == 4 && second["total"] == 4)
        #expect(next.hasPrefix(path + "?state=requested&state=completed&_count=2&page=") && second["link"] == nil)
    }

    @Test("lists a hundred unless told how many, and says where it goes on")
    func usual() async throws {
        let harness = try APIHarness()
        for number in 0...MemberRequestQuery.usual {
            _ = await harness.send(
                "POST", path, #"{"patient": "joe"}"#,
                headers: [("Content-Type", "application/json"), ("Idempotency-Key", "k-\(number)")])
        }

        let first = await harness.send("GET", path).json
        let second = await harness.send("GET", first["link"]?.elements.first?["url"]?.string ?? "").json

        #expect(first["entry"]?.elements.count == 100 && first["total"] == 101)
        #expect(second["entry"]?.elements.count == 1 && second["link"] == nil)
    }

    @Test("does not take more than it can hold")
    func full() async throws {
        let harness = try APIHarness()
        for number in 0..<MemberRequestAPI.bounds.ofHolder {
            _ = await harness.send(
                "POST", path, #"{"member": "joe"}"#,
                headers: [("Content-Type", "application/json"), ("Idempotency-Key", "k-\(number)")])
        }

        let answer = await harness.send("POST", path, #"{"member": "joe"}"#)

        #expect(answer.status == 429)
        #expect(answer.headers["Retry-After"] == "30")
    }

    @Test("tells strangers that it lives, and nothing else")
    func health() async throws {
        let harness = try APIHarness()

        let live = await harness.send("GET", "/health/live", token: nil)
        let ready = await harness.send("GET", "/health/ready", token: nil)
        let other = await harness.send("GET", "/health/other", token: nil)
        let nothing = await harness.send("GET", "/", token: nil)

        #expect(live.status == 200)
        #expect(ready.status == 200)
        #expect(other.status == 404)
        #expect(nothing.status == 404)
    }
}
