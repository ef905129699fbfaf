import FHIR
import FHIRClient
import Jobs
import PDex
import PDexTesting
import Serving
import Testing

@testable import Console

/// More requests than can be answered (reliability R8): `make spike` does the same between processes.
@Suite("A spike of requests")
struct SpikeTests {
    private let path = "/v1/member-requests"

    @Test(
        "twenty-five times as many as usual for a minute: none fails, none is lost, who is refused knows when to come again"
    )
    func minute() async throws {
        let harness = try APIHarness()
        var accepted: [String] = []
        var refused = 0
        for second in 0..<60 {
            for number in 0..<(second < 5 ? 4 : 100) {
                let answer = await ask(harness, key: "k-\(second)-\(number)")
                guard answer.status != 202 else {
                    accepted.append(try #require(answer.json["id"]?.string))
                    continue
                }
                refused += 1
                try #require(answer.status == 429 && answer.headers["Retry-After"] == "30")
                #expect(answer.json["code"]?.string == "request.desk-full")
            }
            // Ten leave the desk in each second.
            for id in accepted.dropFirst(second * 10).prefix(10) {
                _ = try await harness.operations.cancel(request: id, reason: "a test")
            }
            harness.night.clock.advance(seconds: 1)
            let open = try await harness.night.store.read { try $0.count(memberRequestsMatching: .open) }
            #expect(open <= MemberRequestAPI.bounds.ofHolder)
        }
        let kept = try await harness.night.store.read { [accepted] reader in
            (
                try accepted.compactMap { try reader.memberRequest($0) }.count,
                try reader.count(memberRequestsMatching: MemberRequestFilter())
            )
        }
        #expect(accepted.count > 1500 && refused > 1500)
        #expect(Set(accepted).count == accepted.count)
        #expect(kept == (accepted.count, accepted.count))
    }

    @Test("who repeats what was accepted has it, however full the desk is; the desk of all is bounded, too")
    func repeats() async throws {
        let harness = try APIHarness()
        let bounds = DeskBounds(ofHolder: 3, ofAll: 4)
        func accept(_ key: String, _ holder: String) async throws -> String {
            let demand = MemberDemand(patient: "joe", key: key, holder: holder)
            return try await harness.operations.accept(demand, by: harness.job, within: bounds).id
        }
        let first = try await accept("1", "portal")
        for key in ["2", "3"] { _ = try await accept(key, "portal") }

        let own = await #expect(throws: Fault.self) { _ = try await accept("4", "portal") }
        let again = try await accept("1", "portal")
        _ = try await accept("1", "billing")
        let all = await #expect(throws: Fault.self) { _ = try await accept("2", "billing") }

        #expect(own?.code == .requestDeskFull && own?.message == "3 requests of yours are open")
        #expect(all?.code == .requestDeskFull && all?.message == "4 requests are open")
        #expect(again == first)
    }

    @Test("so many are answered at once, and who comes then is not let in")
    func crowd() async throws {
        let crowd = Crowd(most: 2)
        let answers = await crowd.answer {
            await crowd.answer {
                await crowd.answer { 3 } ?? 2
            } ?? 1
        }
        let later = await crowd.answer { 1 }
        #expect(answers == 2)
        #expect(later == 1)
    }

    private func ask(_ harness: APIHarness, key: String) async -> ServedAnswer {
        await harness.send(
            "POST", path, #"{"member": "joe"}"#,
            headers: [("Content-Type", "application/json"), ("Idempotency-Key", key)])
    }
}
