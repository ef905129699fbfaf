import FHIR
import Logging
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

@Suite("Member requests")
struct MemberRequestTests {
    @Test("are kept before they are answered, and end when they are")
    func ends() async throws {
        let served = try ServedNight()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)

        let report = try await served.operations.answer(request.id)

        let detail = try await served.operations.show(request: request.id)
        #expect(request.state == .requested)
        #expect(report.exchanges.acknowledged == 1)
        #expect(detail.request.state == .completed)
        #expect(detail.run?.id == report.run)
        #expect(detail.exchange?.state == .acknowledged)
        #expect(request.due == request.accepted.adding(milliseconds: 86_400_000))
    }

    @Test("of one key are one request, and another demand under the key is refused")
    func idempotent() async throws {
        let served = try ServedNight([.joe, .ada])
        let demand = MemberDemand(patient: "joe", key: "k-1")
        let first = try await served.operations.accept(demand, by: served.job)
        served.night.clock.advance(seconds: 60)

        let second = try await served.operations.accept(demand, by: served.job)
        let conflict = await #expect(throws: Fault.self) {
            try await served.operations.accept(MemberDemand(patient: "ada", key: "k-1"), by: served.job)
        }

        #expect(first == second)
        #expect(conflict?.code == .requestConflict)
        #expect(try await served.operations.memberRequests(limit: 10).count == 1)
    }

    @Test("of one key are one holder's, whatever job they name: by another job the key is refused")
    func otherJob() async throws {
        let served = try ServedNight()
        let demand = MemberDemand(patient: "joe", key: "k-1", holder: "portal")
        let other = try JobFile.parse(
            """
            job: other-job
            on: { request: true }
            from: clinic0
            to: med0
            select: { group: med0-members, types: [Patient, Encounter, Condition, Observation] }
            map: us-core-6.1.0
            """, path: "jobs/other-job.yaml")
        let first = try await served.operations.accept(demand, by: served.job)

        let conflict = await #expect(throws: Fault.self) { try await served.operations.accept(demand, by: other) }

        #expect(conflict?.code == .requestConflict)
        #expect(try await served.operations.memberRequests(limit: 10).map(\.id) == [first.id])
    }

    @Test("that an earlier version accepted under a key keep their id")
    func formerID() async throws {
        let served = try ServedNight()
        let now = served.night.clock.now()
        let former = MemberRequest(
            id: served.night.identities.derived("member-request", served.job.name, "key of", "portal", "k-1"),
            job: served.job.name, payer: "med0", owner: "portal", patient: "joe", since: nil, types: [],
            accepted: now, due: now.adding(milliseconds: 86_400_000))
        let entry = AuditEntry(at: now, actor: "portal", action: "request.accepted", reason: former.id)
        _ = try await served.night.store.write { try $0.accept(former, audit: entry) }

        let demand = MemberDemand(patient: "joe", key: "k-1", holder: "portal")
        let again = try await served.operations.accept(demand, by: served.job)

        #expect(again.id == former.id)
        #expect(try await served.operations.memberRequests(limit: 10).count == 1)
    }

    @Test("that cannot be meant are refused, and nothing is kept")
    func refused() async throws {
        let served = try ServedNight()
        let odd = [
            MemberDemand(patient: ""), MemberDemand(patient: "joe smith"),
            MemberDemand(patient: String(repeating: "j", count: 65)),
            MemberDemand(patient: "joe", types: ["Encounter", "Account"]),
        ]

        for demand in odd {
            let fault = await #expect(throws: Fault.self) {
                try await served.operations.accept(demand, by: served.job)
            }
            #expect(fault?.code == .requestInvalid)
        }

        #expect(try await served.operations.memberRequests(limit: 10).isEmpty)
    }

    @Test("that name a patient by a key of the store are refused with what is wanted, and nothing is kept")
    func keys() async throws {
        let alike = NamedMember("00000000000000ab", "Kim", "Lee", born: "1960-01-02", memberID: "M0-3")
        let served = try ServedNight([.joe, alike])
        _ = try await served.operations.run(job: served.job.name)
        let keys = [("clinic0", "joe"), ("med0", "m-joe")].map {
            served.night.identities.key(source: $0, type: "Patient", id: $1).description
        }

        var faults: [Fault?] = []
        for key in keys {
            faults.append(
                await #expect(throws: Fault.self) {
                    try await served.operations.accept(MemberDemand(patient: key), by: served.job)
                })
        }
        let kept = try await served.operations.memberRequests(limit: 10)
        let accepted = try await served.operations.accept(MemberDemand(patient: alike.id), by: served.job)

        #expect(faults.map { $0?.code } == [.requestInvalid, .requestInvalid])
        #expect(faults[0]?.hint?.contains("pdex audit export --member \(keys[0])") == true)
        #expect(faults[1]?.hint?.contains("--member") == true)
        #expect(kept.isEmpty && accepted.patient == alike.id)
    }

    @Test("may be for some types, and then only those are sent")
    func types() async throws {
        let served = try ServedNight()
        let demand = MemberDemand(patient: "joe", types: ["Encounter"])
        let request = try await served.operations.accept(demand, by: served.job)

        _ = try await served.operations.answer(request.id)

        let sent = Set(served.night.payer.held.values.map(\.type))
        #expect(sent.contains("Encounter") && sent.contains("Patient"))
        #expect(!sent.contains("Observation") && !sent.contains("Condition"))
    }

    @Test("since an instant move no watermark: what was before is not known")
    func since() async throws {
        let served = try ServedNight()
        let instant = try #require(Instant("2026-05-31T00:00:00Z"))
        let demand = MemberDemand(patient: "joe", since: instant)

        _ = try await served.operations.answer(served.operations.accept(demand, by: served.job).id)

        let key = served.night.identities.key(source: "clinic0", type: "Patient", id: "joe")
        let scope =
            "patients " + served.night.pipeline.terms.selection.types.sorted().joined(separator: ",")
            + " without Consent"
        let before = try await served.night.store.read { try $0.watermark(of: key, source: "clinic0", scope: scope) }
        _ = try await served.answer("joe")
        let after = try await served.night.store.read { try $0.watermark(of: key, source: "clinic0", scope: scope) }
        #expect(before == nil)
        #expect(after != nil)
    }

    @Test("that cannot be answered now wait, and that never can have failed with the reason")
    func fails() async throws {
        let served = try ServedNight()
        let joe = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        let nobody = try await served.operations.accept(MemberDemand(patient: "nobody"), by: served.job)
        served.night.clinic.rewrite { $0.unreachable = ["joe"] }

        await #expect(throws: RunFailure.self) { try await served.operations.answer(joe.id) }
        await #expect(throws: RunFailure.self) { try await served.operations.answer(nobody.id) }

        let (later, never) = (
            try await served.operations.show(request: joe.id), try await served.operations.show(request: nobody.id)
        )
        #expect(later.request.state == .requested)
        #expect(never.request.state == .failed && never.request.reason == .memberUnknown)
        #expect(later.run?.state == .failed)
    }

    @Test("that something stops which others wait for, too, are answered once it is out of the way")
    func stands() async throws {
        let served = try ServedNight()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        served.night.clinic.rewrite { $0.withheld = ["Encounter"] }

        let failure = await #expect(throws: RunFailure.self) { try await served.operations.answer(request.id) }
        let rests = try await served.operations.show(request: request.id).request
        served.night.clinic.rewrite { $0.withheld = [] }
        served.night.clock.advance(seconds: 600)
        try await served.desk()

        #expect(failure?.fault.code == .authScopeNotGranted && rests.state == .requested)
        #expect(try await served.operations.show(request: request.id).request.state == .completed)
    }

    @Test("that are taken back while they are answered take what they queued with them, and nothing of a night's")
    func takenBackWhileAnswered() async throws {
        for isOwn in [true, false] {
            let served = try ServedNight()
            served.night.payer.reply(.busy(retryAfterSeconds: 60))
            if !isOwn { _ = try await served.operations.run(job: served.job.name) }
            let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
            _ = try await served.operations.answer(request.id)
            let waiting = try await served.exchange()
            served.night.clock.advance(seconds: 1)
            // Answering another one begins, under the run that made it or met it.
            let again = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
            let answered = try #require(await served.operations.show(request: request.id).run)
            _ = try await served.operations.move(again.id, to: .inProgress, run: answered)

            _ = try await served.operations.cancel(request: again.id, reason: "asked twice")

            let exchange = try await served.exchange()
            #expect(waiting.state == .retrying && (waiting.run == answered.id) == isOwn)
            #expect(exchange.state == (isOwn ? .cancelled : .retrying))
            #expect(exchange.reason == (isOwn ? .requestTakenBack : waiting.reason))
            served.night.clock.advance(seconds: 3600)
            #expect(try await served.night.pipeline.deliver() == (isOwn ? 0 : 1))
            // The night wants it nevertheless.
            _ = try await served.operations.run(job: served.job.name)
            #expect(!served.night.payer.held.isEmpty)
        }
    }

    @Test("can be taken back until they are answered, and not afterwards")
    func cancelled() async throws {
        let served = try ServedNight()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)

        let cancelled = try await served.operations.cancel(request: request.id, reason: "asked twice")
        let late = await #expect(throws: Fault.self) { try await served.operations.answer(request.id) }
        let again = await #expect(throws: Fault.self) {
            try await served.operations.cancel(request: request.id, reason: "once more")
        }

        #expect(cancelled.state == .cancelled)
        #expect([late?.code, again?.code] == [.requestNotOpen, .requestNotOpen])
        #expect(served.night.payer.held.isEmpty)
    }

    @Test("are answered by the desk, those of a process that has died among them")
    func desk() async throws {
        let served = try ServedNight([.joe, .ada], gone: ["elsewhere"])
        let joe = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        let ada = try await served.operations.accept(MemberDemand(patient: "ada"), by: served.job)
        try await served.beginElsewhere(joe)

        try await served.desk()

        let states = try await served.operations.memberRequests(limit: 10).map(\.state)
        #expect(states == [.completed, .completed])
        #expect(try await served.operations.show(request: joe.id).exchange?.state == .acknowledged)
        #expect(try await served.operations.show(request: ada.id).exchange?.state == .acknowledged)
    }

    @Test("stay in progress while their payer is down, and are completed once it has them, also by another process")
    func waits() async throws {
        let served = try ServedNight()
        let lines = LogLines()
        served.night.payer.reply(.busy(retryAfterSeconds: 60))
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)

        try await served.desk(lines.logger)
        let waiting = try await served.operations.show(request: request.id)
        served.night.clock.advance(seconds: 3600)
        _ = try await served.night.pipeline.deliver()
        try await served.restarted(until: "2026-06-01T05:00:00Z").desk(lines.logger)

        let ended = try await served.operations.show(request: request.id)
        #expect(waiting.request.state == .inProgress && waiting.exchange?.state == .retrying)
        #expect(ended.request.state == .completed && ended.run?.id == waiting.run?.id)
        #expect(lines.all.map(\.event) == ["request carried, not answered yet", "request answered"])
        #expect(lines.all.first?.fields["acknowledged"] == "0")
        #expect(lines.all.last?.fields["request"] == request.id)
    }

    @Test("whose payer is down take no room on the desk from others")
    func room() async throws {
        let served = try ServedNight([.joe, .ada])
        let bounds = DeskBounds(ofHolder: 1, ofAll: 1)
        served.night.payer.reply(.busy(retryAfterSeconds: 60))
        let demand = MemberDemand(patient: "joe", holder: "portal")
        let request = try await served.operations.accept(demand, by: served.job, within: bounds)
        _ = try await served.operations.answer(request.id)

        let other = MemberDemand(patient: "ada", holder: "portal")
        let accepted = try await served.operations.accept(other, by: served.job, within: bounds)

        #expect(try await served.operations.show(request: request.id).request.state == .inProgress)
        #expect(accepted.state == .requested)
    }

    @Test(
        "that wait are completed by whatever delivers what they wait for, also when that fails",
        arguments: [false, true])
    func settling(fails: Bool) async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 7200))
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        _ = try await served.operations.answer(request.id)
        let before = try await served.operations.show(request: request.id).request.state
        served.night.clock.advance(seconds: 8000)

        var fault: Fault?
        do {
            try await served.operations.settling {
                _ = try await served.night.pipeline.deliver()
                if fails { throw Fault(.interrupted, .stop, "a test") }
            }
        } catch let thrown as Fault {
            fault = thrown
        }

        #expect(before == .inProgress)
        #expect((fault != nil) == fails)
        #expect(try await served.operations.show(request: request.id).request.state == .completed)
    }

    @Test("that another process takes up first are told as that process answered them, and nobody calls it a failure")
    func quicker() async throws {
        let served = try ServedNight()
        let lines = LogLines()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        let report = try await served.restarted(until: "2026-06-01T04:00:00Z").operations.answer(request.id)

        let answer = try await served.operations.answer(accepted: request)
        await RequestDesk(operations: served.operations, logger: lines.logger).answer(request)

        let detail = try #require(Self.elsewhere(answer))
        #expect(detail.request.state == .completed && detail.run?.id == report.run)
        #expect(served.night.payer.held.values.count { $0.type == "Patient" } == 1)
        #expect(lines.all.map(\.level) == [.debug])
    }

    @Test("that another process hands back are answered here")
    func handedBack() async throws {
        let served = try ServedNight()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        try await served.beginElsewhere(request)
        let clock = SleepingClock(served.night.clock) {
            guard try await served.operations.show(request: request.id).request.state == .inProgress else { return }
            #expect(try await served.operations.move(request.id, to: .requested))
        }
        let here = Operations(
            store: served.night.store, clock: clock, identities: served.night.identities, actor: "tests", owner: "here",
            ownerIsGone: { _ in false }, pipeline: { _ in served.night.pipeline })

        let answer = try await here.answer(accepted: request)

        #expect(Self.elsewhere(answer) == nil)
        #expect(try await served.operations.show(request: request.id).request.state == .completed)
        #expect(served.night.payer.held.values.count { $0.type == "Patient" } == 1)
    }

    @Test("that a process left which has ended are not waited for")
    func left() async throws {
        let served = try ServedNight(gone: ["elsewhere"])
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        try await served.beginElsewhere(request)

        let answer = try await served.operations.answer(accepted: request)

        #expect(Self.elsewhere(answer)?.request.state == .inProgress)
        #expect(served.night.payer.held.isEmpty)
    }

    private static func elsewhere(_ answer: RequestAnswer) -> MemberRequestDetail? {
        if case .elsewhere(let detail) = answer { detail } else { nil }
    }

    @Test("that another process is answering are left alone")
    func elsewhere() async throws {
        let served = try ServedNight()
        let request = try await served.operations.accept(MemberDemand(patient: "joe"), by: served.job)
        try await served.beginElsewhere(request)

        try await served.desk()

        #expect(try await served.operations.show(request: request.id).request.state == .inProgress)
        #expect(served.night.payer.held.isEmpty)
    }
}
