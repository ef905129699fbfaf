import Conformance
import FHIR
import PDex
import PDexTesting
import Testing

@testable import Jobs

@Suite("The audit trail as AuditEvents")
struct AuditEventTests {
    @Test(
        "conforms to FHIR R4, whatever was done",
        .enabled(if: AuditGuide.isPresent, "the package of FHIR R4 is not on this machine"))
    func conforms() async throws {
        let validator = try AuditGuide.validator()
        let night = try await AuditedNight()

        let kinds = Set(night.lines.map { AuditKind($0) })
        #expect(kinds.isSuperset(of: Self.kinds))
        for line in night.lines {
            let report = validator.validate(AuditedNight.writer.event(line))
            let profiles = report.profiles
            #expect(profiles.contains { $0.hasPrefix("http://hl7.org/fhir/StructureDefinition/AuditEvent") })
            #expect(report.errors.filter { $0.rule != "profile.unknown" } == [], "\(line.recorded.entry.action)")
        }
    }

    private static let kinds: Set<AuditKind> = [
        .decision(isPermitted: true), .decision(isPermitted: false), .disclosure, .delivery(isTaken: true),
        .delivery(isTaken: false), .person, .arrival, .step, .activity,
    ]

    @Test("tells of a permit who asked, for whom, and by which version of which consent")
    func permit() async throws {
        let night = try await AuditedNight()
        let event = try #require(night.events("exchange.permitted").first)

        #expect(event["type"]?["code"]?.string == "110113")
        #expect(event["subtype"]?[0]?["code"]?.string == "AuthZ-Consent")
        #expect(event["action"]?.string == "E")
        #expect(event["outcome"]?.string == "0")
        #expect(Self.agents(event) == ["110150", "IRCP", "PROV", "authserver"])
        let entities = event["entity"]?.elements ?? []
        #expect(
            entities.map { $0["what"]?["reference"]?.string } == [
                "https://fhir.clinic0.example/r4/Patient/joe", "https://fhir.med0.example/r4/Consent/consent-joe",
            ])
        #expect(entities.last.map(Self.details)?["rule"]?.isEmpty == false)
        #expect(
            event["meta"]?["profile"]?[0]?.string
                == "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.AuthZconsent")
    }

    @Test("tells of a refusal that no recorded consent decided it")
    func refusal() async throws {
        let night = try await AuditedNight()
        let event = try #require(
            night.events("exchange.withheld").first {
                $0["entity"]?[0]?["what"]?["reference"]?.string?.hasSuffix("Patient/ada") == true
            })

        #expect(event["outcome"]?.string == "8")
        #expect(event["outcomeDesc"]?.string?.hasPrefix("consent.missing") == true)
        #expect(event["entity"]?[1]?["what"]?["display"]?.string == "no recorded consent")
        #expect(event["meta"] == nil)
    }

    @Test("tells of a delivery what was sent by its digest, under which request, and how the payer answered")
    func deliveries() async throws {
        let night = try await AuditedNight()
        let store = night.served.night.store
        let line = try #require(night.lines.first { $0.recorded.entry.action == "exchange.acknowledged" })
        let exchange = try #require(line.recorded.entry.exchange)
        let sent = try #require(try await store.read { try $0.submissions(ofExchange: exchange) }.first)

        let disclosed = try #require(night.events("exchange.submitted").first)
        let failed = try #require(night.events("exchange.retrying").first)
        let taken = AuditedNight.writer.event(line)

        #expect(Self.agents(disclosed).prefix(4) == ["110153", "110152", "159541003", "429577009"])
        #expect(disclosed["agent"]?[0]?["who"] == disclosed["source"]?["observer"])
        #expect(Self.agents(taken).prefix(2) == ["110153", "110152"])
        #expect([disclosed, failed, taken].map { $0["outcome"]?.string } == ["0", "4", "0"])
        for event in [disclosed, failed, taken] {
            #expect(event["entity"]?[1]?["what"]?["identifier"]?["value"]?.string == sent.contentDigest)
        }
        #expect(taken["entity"]?[2]?["what"]?["identifier"]?["value"]?.string == sent.requestID)
        #expect(failed["entity"]?[1].map(Self.details)?["http-status"] == "503")
        #expect(taken["entity"]?[1].map(Self.details)?["attempt"] == "2")
        #expect(taken["meta"]?["profile"]?[0]?.string?.hasSuffix("IHE.BasicAudit.PatientUpdate") == true)
    }

    @Test("tells of a delivery what was sent also when the payer's answer is no longer kept")
    func forgottenAnswer() async throws {
        let night = try await AuditedNight()
        let line = try #require(night.lines.first { $0.recorded.entry.action == "exchange.acknowledged" })
        let told = line.recorded.entry
        // Before any answer, as if it had been pruned.
        let entry = AuditEntry(
            at: Instant(milliseconds: 0), actor: told.actor, action: told.action, run: told.run,
            exchange: told.exchange)
        let recorded = RecordedAuditEntry(sequence: line.recorded.sequence, entry: entry, hash: line.recorded.hash)
        let later = try await night.served.night.store.read { try AuditLine(recorded, of: line.exchange, $0) }

        let event = AuditedNight.writer.event(later)

        #expect(later.deliveries.map { $0.receipt == nil } == [true])
        #expect(AuditKind(later) == .delivery(isTaken: true))
        let sent = try #require(line.deliveries.first?.submission)
        #expect(event["entity"]?[1]?["what"]?["identifier"]?["value"]?.string == sent.contentDigest)
        #expect(event["entity"]?[1].map(Self.details)?["part"] == "\(sent.part)")
        #expect(event["meta"]?["profile"]?[0]?.string?.hasSuffix("IHE.BasicAudit.PatientUpdate") == true)
    }

    @Test("a person and a run that nobody knows are refused: nothing would look as if nothing had been disclosed")
    func unknown() async throws {
        let night = try await AuditedNight()
        let operations = night.served.operations
        func code(run: String? = nil, member: String? = nil) async throws -> FaultCode? {
            let selection = try operations.auditSelection(
                since: nil, until: nil, run: run, exchange: nil, member: member, among: ["clinic0", "med0"])
            do {
                _ = try await operations.audit(selection) { _ in }
                return nil
            } catch let fault as Fault {
                return fault.code
            }
        }
        #expect(try await code(member: "jo") == .memberUnknown)
        #expect(try await code(member: "joe") == nil)
        #expect(try await code(run: "night") == .runUnknown)
    }

    @Test("tells who an operator is and why he did it, and of whom")
    func operators() async throws {
        let night = try await AuditedNight()
        let unlinked = try #require(night.events("member.unlinked").first)
        let paused = try #require(night.events("queue.paused").first)

        for event in [unlinked, paused] {
            #expect(event["agent"]?[0]?["altId"]?.string == "tests")
            #expect(event["agent"]?[0]?["requestor"]?.bool == true)
            #expect(event["outcomeDesc"]?.string?.hasSuffix("a test") == true)
        }
        #expect(
            unlinked["entity"]?[0]?["what"]?["reference"]?.string == "https://fhir.clinic0.example/r4/Patient/ada")
    }

    @Test("is the same every time, has an event for each entry, and says where in the trail it stands")
    func deterministic() async throws {
        let night = try await AuditedNight()
        let again = try await AuditedNight.lines(night.served, AuditSelection())
        let recorded = try await night.served.night.store.read { try $0.audit(after: 0, limit: 1000) }

        let events = night.lines.map(AuditedNight.writer.event)
        #expect(events.map { $0.serialized() } == again.map { AuditedNight.writer.event($0).serialized() })
        let places = events.map { ($0["entity"]?.elements.last).map(Self.details) ?? [:] }
        #expect(places.map { $0["hash"] } == recorded.map { $0.hash })
        #expect(places.map { $0["sequence"] } == recorded.map { "\($0.sequence)" })
        #expect(events.map { $0["id"]?.string } == recorded.map { "pdex-\($0.sequence)" })
    }

    @Test("names nobody but by id, and says nothing of what was sent")
    func canary() async throws {
        let night = try await AuditedNight()
        let text = night.lines.map { String(decoding: AuditedNight.writer.event($0).serialized(), as: UTF8.self) }
            .joined(separator: "\n")

        for word in ["Smith", "Okafor", "1979-04-02", "1984-12-10", "M0-1", "M0-2", "Bearer", "8310-5"] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    @Test("is given out by time, run, exchange and person")
    func selected() async throws {
        let night = try await AuditedNight()
        let all = night.lines.map(\.recorded)
        let start = try #require(all.first?.entry.at)
        let run = try #require(all.first { $0.entry.run != nil }?.entry.run)
        let exchange = try #require(night.lines.first { $0.person?.id == "joe" }?.recorded.entry.exchange)
        let joe = night.served.night.identities.key(source: "clinic0", type: "Patient", id: "joe")

        func found(_ selection: AuditSelection) async throws -> [RecordedAuditEntry] {
            try await AuditedNight.lines(night.served, selection).map(\.recorded)
        }
        let later = start.adding(milliseconds: 1)
        #expect(try await found(AuditSelection(since: later)) == all.filter { $0.entry.at > start })
        #expect(try await found(AuditSelection(until: later)) == all.filter { $0.entry.at <= start })
        #expect(try await found(AuditSelection(run: run)) == all.filter { $0.entry.run == run })
        #expect(
            try await found(AuditSelection(exchange: String(exchange.prefix(8))))
                == all.filter { $0.entry.exchange == exchange })
        let ofJoe = try await found(AuditSelection(persons: [joe]))
        #expect(Set(ofJoe.compactMap(\.entry.exchange)).contains(exchange))
        #expect(ofJoe.contains { $0.entry.action == "consent.revoked" })
        #expect(!ofJoe.contains { $0.entry.action == "member.unlinked" })
    }

    @Test("is asked for in an operator's words")
    func words() async throws {
        let served = try ServedNight()
        let joe = served.night.identities.key(source: "med0", type: "Patient", id: "4711")

        let selection = try served.operations.auditSelection(
            since: "1d", until: "2026-06-01", run: nil, exchange: nil, member: "4711", among: ["clinic0", "med0"])
        let fault = #expect(throws: Fault.self) {
            try served.operations.auditSelection(
                since: "yesterday", until: nil, run: nil, exchange: nil, member: nil, among: [])
        }

        #expect(selection.since == Instant("2026-05-31T02:15:00Z"))
        #expect(selection.until == Instant("2026-06-01T00:00:00Z"))
        #expect(selection.persons.contains(joe))
        #expect(fault?.code == .usage)
    }

    private static func agents(_ event: JSONValue) -> [String] {
        (event["agent"]?.elements ?? []).compactMap { $0["type"]?["coding"]?[0]?["code"]?.string }
    }

    private static func details(_ entity: JSONValue) -> [String: String] {
        let pairs = (entity["detail"]?.elements ?? []).compactMap { detail in
            detail["type"]?.string.map { ($0, detail["valueString"]?.string ?? "") }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
