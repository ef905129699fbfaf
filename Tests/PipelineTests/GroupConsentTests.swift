import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

/// A Group of matched members lasts for weeks: data of members who have withdrawn since is not requested (PP-07, HC-06,
/// CO-03).
@Suite("Whom of a Group a payer is asked for")
struct GroupConsentTests {
    @Test("who objects at the clinic by now is not asked for, and what the payer sends of them is left out")
    func withdrawn() async throws {
        let world = try FetchWorld()
        try await world.match()
        world.night.clinic.put(try FetchWorld.denial(of: "joe"))

        let fetched = try await world.fetch()

        #expect(world.server.exportRequests.map(\.patients) == [["ada"]])
        #expect(try world.lines(fetched, "Patient").allSatisfy { $0.contains(#""id":"ada""#) })
        for type in ["Patient", "Encounter", "Condition", "Observation"] {
            #expect(fetched.resources[type] == 1)
        }
        #expect(fetched.withheld == 4 && fetched.isWhole)
        // What belongs to nobody stays.
        #expect(fetched.resources["Practitioner"] == 1)
        let trail = try await world.night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry)
        #expect(trail.last { $0.action == "payer.fetched" }?.reason?.hasSuffix(", of 1 in the Group") == true)
    }

    @Test("deletions are kept of those who are asked for, and no remark or deletion that may be of others")
    func deletions() async throws {
        let world = try FetchWorld()
        try await world.match()
        world.night.clinic.put(try FetchWorld.denial(of: "joe"))
        let ofAda = Self.deletion(of: "Patient/ada", world.server.base + "/Patient/ada")
        let others = [
            Self.deletion(of: "Patient/joe"), Self.deletion(of: "Patient/ada", "Patient/joe"),
            Self.deletion(of: "Observation/of-joe"), Self.deletion(of: "https://elsewhere.example/Patient/ada"),
            #"{"resourceType":"Bundle""#,
        ]
        world.server.rewrite { script in
            script.deletedLines = [ofAda] + others
            script.outcomeLines = [#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"Patient/joe"}]}"#]
        }

        let fetched = try await world.fetch()

        #expect(try world.lines(fetched, "deleted") == [ofAda])
        #expect(try world.lines(fetched, "outcomes") == [])
        #expect(fetched.deleted == 1 && fetched.outcomes == 0 && fetched.unclear == 5)
        // Four resources, and the one who is gone.
        #expect(fetched.withheld == 5)
        #expect(!fetched.isWhole && fetched.miscounted == 0)
    }

    /// A line that tells of deletions.
    private static func deletion(of urls: String...) -> String {
        let entries = urls.map { #"{"request":{"method":"DELETE","url":"\#($0)"}}"# }
        return #"{"resourceType":"Bundle","type":"transaction","entry":[\#(entries.joined(separator: ","))]}"#
    }

    @Test("where everybody permits the whole Group is asked for, and nobody is named")
    func everybody() async throws {
        let world = try FetchWorld()

        let fetched = try await world.fetch()

        #expect(world.server.exportRequests.map(\.patients) == [[]])
        #expect(fetched.resources["Patient"] == 2 && fetched.withheld == 0)
    }

    @Test("where nobody is left the payer is asked for nothing")
    func nobody() async throws {
        let world = try FetchWorld()
        try await world.match()
        for patient in ["joe", "ada"] { world.night.clinic.put(try FetchWorld.denial(of: patient)) }

        let fault = await #expect(throws: Fault.self) { try await world.fetch() }

        #expect(fault?.code == .matchGroupWithheld && fault?.disposition == .withhold)
        #expect(world.server.requests.isEmpty)
    }

    @Test("an export that is under way of somebody who objects by now is dropped, and begun anew without them")
    func underWay() async throws {
        let world = try FetchWorld()
        world.server.rewrite { $0.breaks = ["Patient": 3] }
        await #expect(throws: Fault.self) { try await world.fetch() }
        world.night.clinic.put(try FetchWorld.denial(of: "joe"))

        let fetched = try await world.fetch()

        #expect(world.server.exportRequests.map(\.patients) == [[], ["ada"]])
        #expect(world.server.requests.filter { $0 == "finish" }.count == 2)
        #expect(fetched.resources["Patient"] == 1)
    }

    @Test("an export that is under way is dropped when nobody of the Group is left")
    func dropped() async throws {
        let world = try FetchWorld()
        world.server.rewrite { $0.breaks = ["Patient": 3] }
        await #expect(throws: Fault.self) { try await world.fetch() }
        for patient in ["joe", "ada"] { world.night.clinic.put(try FetchWorld.denial(of: patient)) }

        let fault = await #expect(throws: Fault.self) { try await world.fetch() }

        #expect(fault?.code == .matchGroupWithheld)
        #expect(world.server.exportRequests.count == 1)
        #expect(world.server.requests.last == "finish")
        #expect(try await world.isAtRest)
    }

    @Test("who objects while the payer is at work is left out of what arrives", arguments: [["joe"], ["joe", "ada"]])
    func meanwhile(objectors: [String]) async throws {
        let world = try FetchWorld()
        try await world.match()
        // Two patients' Consents are read before the kick-off, and again when the export is ready.
        let searches = Mutex(0)
        let denials = try objectors.map { try FetchWorld.denial(of: $0) }
        world.night.clinic.rewrite { script in
            script.beforeSearch = { [clinic = world.night.clinic] query in
                guard query.path == "Consent" else { return }
                let isThird = searches.withLock { count in
                    count += 1
                    return count == 3
                }
                guard isThird else { return }
                for denial in denials { clinic.put(denial) }
            }
        }

        let fetched = try? await world.fetch()

        #expect(world.server.exportRequests.map(\.patients) == [[]])
        #expect(fetched?.resources["Patient"] == (objectors.count == 1 ? 1 : nil))
        #expect(world.server.requests.last == "finish")
        #expect(try await world.isAtRest)
    }

    @Test(
        "whom nobody here was told of, and whom the Group does not name by an id of the payer, is not asked for",
        arguments: [
            ["reference": "Patient/zed"], ["reference": "https://elsewhere.example/Patient/joe"],
            ["identifier": ["value": "M0-1"]], ["reference": "#joe"],
        ] as [JSONValue]
    )
    func strangers(entity: JSONValue) async throws {
        let world = try FetchWorld()
        let known: [JSONValue] = [
            ["reference": "Patient/joe"], ["reference": "https://fhir.med0.example/r4/Patient/ada"],
        ]
        world.night.payer.put(try FetchWorld.group("g1", of: known + [entity]))

        _ = try await world.fetch()

        #expect(world.server.exportRequests.map(\.patients) == [["ada", "joe"]])
    }

    @Test("a member whom two charts are is asked for only where both permit")
    func twoCharts() async throws {
        let world = try FetchWorld()
        try await world.match()
        let (second, now) = (world.told("joe", as: "ada"), world.night.clock.now())
        try await world.night.store.write {
            try $0.keep(second, audit: AuditEntry(at: now, actor: "tests", action: "match.answered"))
        }
        world.night.payer.put(try FetchWorld.group("g1", of: [["reference": "Patient/ada"]]))
        _ = try await world.fetch()
        world.night.clinic.put(try FetchWorld.denial(of: "joe"))

        let fault = await #expect(throws: Fault.self) { try await world.fetch() }

        #expect(fault?.code == .matchGroupWithheld)
        #expect(world.server.exportRequests.count == 1)
    }

    @Test("a Group that the payer has no longer is asked nothing of")
    func gone() async throws {
        let world = try FetchWorld()
        try await world.match()
        world.night.payer.remove("Group", "g1")

        let fault = await #expect(throws: Fault.self) { try await world.fetch() }

        #expect(fault?.code == .matchGroupUnknown)
        #expect(world.server.requests.isEmpty)
    }

    @Test("a delta goes on from an export of the whole Group for fewer members, and never the other way round")
    func deltas() async throws {
        let world = try FetchWorld()
        try await world.match()
        world.night.clinic.put(try FetchWorld.denial(of: "joe"))
        let some = try await world.fetch()
        world.clock.advance(seconds: 60)
        _ = try await world.fetch(.providerDelta)
        world.night.clinic.remove("Consent", "no-of-joe")

        let fault = await #expect(throws: Fault.self) { try await world.fetch(.providerDelta) }

        world.clock.advance(seconds: 60)
        let whole = try await world.fetch()
        world.night.clinic.put(try FetchWorld.denial(of: "joe"))
        world.clock.advance(seconds: 60)
        _ = try await world.fetch(.providerDelta)
        #expect(fault?.code == .usage)
        let asked = world.server.exportRequests
        #expect(asked.map(\.since) == [nil, some.transactionTime, nil, whole.transactionTime])
        #expect(asked.map(\.patients) == [["ada"], ["ada"], [], ["ada"]])
    }
}
