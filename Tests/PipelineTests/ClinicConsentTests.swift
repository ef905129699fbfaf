import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("The clinic's own consents object, and never permit")
struct ClinicConsentTests {
    private static let hl7 = "http://terminology.hl7.org/CodeSystem/"

    /// A consent that the clinic keeps, in addition to the payer's, which was given on 1 March.
    struct Kept: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var status = "active"
        var type: String? = "deny"
        var scope = "patient-privacy"
        var recipient = "1003000126"
        var end: String?
        var touched = "2026-04-01T08:00:00Z"
        var more: JSONObject = [:]
        var code = FaultCode.consentDenied
        let isSent: Bool
    }

    private static let kinds = [
        Kept(testDescription: "a denial", isSent: false),
        Kept(testDescription: "a denial whose period is over", end: "2026-01-31", isSent: true),
        Kept(testDescription: "a denial that was taken back", status: "inactive", isSent: true),
        Kept(testDescription: "a denial being drawn up", status: "draft", isSent: true),
        Kept(testDescription: "a denial of research", scope: "research", isSent: true),
        Kept(testDescription: "a denial to another payer", recipient: "1679576722", isSent: true),
        Kept(testDescription: "a denial in an unknown scope", scope: "whatever", isSent: false),
        Kept(
            testDescription: "a permit with an exception", type: "permit",
            more: ["provision": [["type": "permit", "provision": [["type": "deny"]]]]], code: .consentOutOfScope,
            isSent: false),
        Kept(
            testDescription: "an opt-out by rule", type: nil,
            more: ["policyRule": ["coding": [["system": .string(hl7 + "v3-ActCode"), "code": "OPTOUT"]]]], isSent: false
        ),
        Kept(
            testDescription: "a denial that is neither active nor taken back", status: "rejected",
            code: .consentOutOfScope, isSent: false),
        Kept(
            testDescription: "a permit with an exception, withdrawn since", status: "inactive", type: "permit",
            more: ["provision": [["type": "permit", "provision": [["type": "deny"]]]]], isSent: false),
        Kept(
            testDescription: "one in an unknown scope that ended", status: "inactive", type: "permit",
            scope: "whatever", code: .consentOutOfScope, isSent: false),
        Kept(
            testDescription: "one in an unknown scope that ended before", status: "inactive", type: "permit",
            scope: "whatever", touched: "2026-02-01T08:00:00Z", isSent: true),
        Kept(
            testDescription: "one for treatment that ended", status: "inactive", type: "permit", scope: "treatment",
            isSent: true),
        Kept(
            testDescription: "one for research that ended", status: "inactive", type: "permit", scope: "research",
            isSent: true),
        Kept(testDescription: "a permit", type: "permit", isSent: true),
        Kept(testDescription: "a permit withdrawn since", status: "inactive", type: "permit", isSent: false),
        Kept(
            testDescription: "a permit withdrawn before", status: "inactive", type: "permit",
            touched: "2026-02-01T08:00:00Z", isSent: true),
    ]

    @Test("each kind of it stops what the payer's consent permits, or does not", arguments: kinds)
    func objects(kind: Kept) async throws {
        let night = try Self.night(kind)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == (kind.isSent ? 1 : 0))
        #expect(report.exchanges.withheld == (kind.isSent ? [:] : [kind.code: 1]))
        #expect(night.payer.received.isEmpty != kind.isSent)
        #expect(report.balanced)
    }

    /// A form that replaced another: when each was given, and how the new one differs.
    struct Renewal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let given: String
        var before: String? = "2026-01-10"
        var change: @Sendable (inout Kept) -> Void = { _ in }
        let isSent: Bool
    }

    private static let renewals = [
        Renewal(testDescription: "after the end", given: "2026-04-02", before: nil, isSent: true),
        Renewal(testDescription: "before the end, after the old one", given: "2026-03-15", isSent: true),
        Renewal(
            testDescription: "before the end, and nobody knows of when the old one is", given: "2026-03-15",
            before: nil, isSent: false),
        Renewal(testDescription: "on the same day as the old one", given: "2026-01-10", isSent: false),
        Renewal(
            testDescription: "before the end, in another scope", given: "2026-03-15", change: { $0.scope = "whatever" },
            isSent: false),
        Renewal(
            testDescription: "after the end, for treatment", given: "2026-04-02", change: { $0.scope = "treatment" },
            isSent: false),
        Renewal(
            testDescription: "before the end, over by now", given: "2026-03-15", change: { $0.end = "2026-05-01" },
            isSent: false),
        Renewal(
            testDescription: "before the end, for another payer", given: "2026-03-15",
            change: { $0.recipient = "1679576722" }, isSent: false),
        Renewal(
            testDescription: "before the end, and ended too", given: "2026-03-15", change: { $0.status = "inactive" },
            isSent: false),
        Renewal(
            testDescription: "before the end, with a period that is none", given: "2026-03-15",
            change: { $0.end = "soon" }, isSent: false),
    ]

    @Test("a form that was ended objects no more if it was renewed", arguments: renewals)
    func renewed(renewal: Renewal) async throws {
        let kind = try #require(Self.kinds.first { $0.testDescription == "a permit withdrawn since" })
        let night = try Self.night(nil)
        var old = try Self.resource(kind).json
        old["dateTime"] = renewal.before.map { .string($0) }
        night.clinic.put(try Resource(.object(old)))
        var permit = Kept(testDescription: "", type: "permit", isSent: true)
        renewal.change(&permit)
        var renewed = try Self.resource(permit).json
        renewed["id"] = "renewed"
        renewed["dateTime"] = .string(renewal.given)
        night.clinic.put(try Resource(.object(renewed)))

        let report = try await night.run()

        #expect(report.exchanges.withheld == (renewal.isSent ? [:] : [.consentDenied: 1]))
        #expect(night.payer.received.isEmpty != renewal.isSent)
    }

    @Test(
        "where the clinic answers about others and not about one, nothing of that one goes out until it does",
        arguments: [
            Fault(.authForbidden, .halt, "the scripted clinic answered 403", httpStatus: 403),
            Fault(.remoteFailed, .halt, "the scripted clinic answered 500", httpStatus: 500),
        ])
    func unread(fault: Fault) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite { $0.listsConsent = true }
        #expect(try await night.run("night-1").exchanges.acknowledged == 2)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "8.10")))
        night.clinic.put(try Resource(NamedMember.ada.observation(value: "8.20")))
        night.clinic.rewrite { $0.poisons = ["Consent joe": fault] }
        night.clock.advance(seconds: 86_400)

        let second = try await night.run("night-2")
        night.clinic.rewrite { $0.poisons = [:] }
        night.clock.advance(seconds: 86_400)
        let third = try await night.run("night-3")

        #expect(second.exchanges.withheld == [.consentUnread: 1])
        #expect(second.exchanges.acknowledged == 1)
        #expect(second.state == .partial)
        #expect(third.exchanges.withheld == [:])
        #expect(third.exchanges.acknowledged == 1)
    }

    @Test("a clinic that lists Consent and never answers about anybody's withholds nobody")
    func neverAnswers() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, by: .rosterSearch)
        night.clinic.rewrite {
            $0.listsConsent = true
            $0.refusals = ["Consent": .authForbidden]
        }
        #expect(try await night.run("night-1").exchanges.acknowledged == 2)
    }

    @Test("what waits is withheld in the transaction that learns of it, with the requests that nobody has begun")
    func sameTransaction() async throws {
        let night = try Self.night(nil)
        _ = try await night.run("night-1")
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "8.10")))
        night.clock.advance(seconds: 3600)
        _ = try await night.run("night-2")
        let now = night.clock.now()
        let request = MemberRequest(
            id: "r1", job: night.pipeline.terms.job, payer: "med0", patient: "joe", since: nil, types: [],
            accepted: now, due: now)
        _ = try await night.store.write {
            try $0.accept(request, audit: AuditEntry(at: now, actor: "tests", action: "request.accepted"))
        }
        night.clinic.put(try Self.resource(Self.kinds[0]))

        _ = try await night.run("dry", dryRun: true)
        _ = try await night.run("dry-again", dryRun: true)

        let (exchange, kept, audit) = try await night.store.read { reader in
            (
                try reader.exchanges(matching: ExchangeFilter(), limit: 1).first, try reader.memberRequest("r1"),
                try reader.audit(after: 0, limit: 1000).map(\.entry)
            )
        }
        #expect(exchange?.state == .withheld && exchange?.reason == .consentDenied)
        #expect(kept?.state == .cancelled && kept?.reason == .consentDenied)
        let joe = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
        let revoked = audit.filter { $0.action == "consent.revoked" }.compactMap(\.reason)
        #expect(revoked.count == 1)
        #expect(revoked.first?.hasPrefix("patient \(joe) of clinic0, consent.denied: a consent at the clinic") == true)
        #expect(revoked.first?.contains("1 exchanges taken back; the payer has what exchange ") == true)
    }

    @Test("no kind of it permits where the payer has none", arguments: kinds)
    func neverPermits(kind: Kept) async throws {
        let night = try Self.night(kind)
        night.payer.remove("Consent", "consent-joe")
        _ = try await night.run()
        #expect(night.payer.received.isEmpty)
    }

    @Test(
        "it comes along by search and by export where the clinic lists it, and is not asked for elsewhere",
        arguments: [ExchangeTerms.Selection.Method.rosterSearch, .bulkExport], [true, false])
    func comesAlong(method: ExchangeTerms.Selection.Method, isListed: Bool) async throws {
        let night = try Self.night(Self.kinds[0], by: method, isListed: isListed)
        let report = try await night.run()
        // The scripted clinic exports whatever it has.
        #expect(report.exchanges.withheld == (isListed || method == .bulkExport ? [.consentDenied: 1] : [:]))
        #expect(
            night.clinic.requests.contains { $0.hasPrefix("search Consent") } == (isListed && method == .rosterSearch))
        #expect(night.clinic.exportRequests.first?.types.contains("Consent") != (method == .bulkExport && !isListed))
    }

    @Test(
        "an old one objects, whatever instant a request names", arguments: [true, false],
        [Kept(testDescription: "unnamed", isSent: false), Kept(testDescription: "named by the job", isSent: false)])
    func oldOnDemand(offersEverything: Bool, kind: Kept) async throws {
        let isNamed = kind.testDescription != "unnamed"
        let night = try Self.night(kind, types: Self.types + (isNamed ? ["Consent"] : []))
        night.clinic.rewrite {
            $0.offersEverything = offersEverything
            $0.searchParameters = ["patient", "_lastUpdated"]
        }
        night.clock.advance(seconds: 10 * 86_400)
        let since = night.clock.now().adding(milliseconds: -86_400_000)
        let report = try await night.pipeline.request(member: "joe", since: since, run: night.firing("request"))
        #expect(report.exchanges.withheld == [.consentDenied: 1])
        #expect(night.payer.received.isEmpty)
    }

    @Test("an old one objects to a job that exports from an instant on, or up to one")
    func oldByExport() async throws {
        let after = try #require(Instant("2026-05-01T00:00:00Z"))
        for (since, until) in [(ExchangeTerms.Selection.Since.instant(after), nil), (.all, after)] {
            let night = try Night(
                [.joe], mappings: usCoreMappings, by: .bulkExport, types: Self.types, until: until, since: since)
            night.clinic.rewrite { $0.listsConsent = true }
            night.clinic.put(try Self.resource(Self.kinds[0]))
            _ = try await night.run()
            #expect(night.clinic.requests.contains { $0 == "search Consent" })
        }
    }

    @Test("a clinic that lists it and exports without it is searched for it, and the run says so")
    func notExported() async throws {
        let night = try Self.night(Self.kinds[0], by: .bulkExport)
        night.clinic.rewrite { $0.droppedParameters = [.alongside] }
        let report = try await night.run()
        #expect(report.exchanges.withheld == [.consentDenied: 1])
        #expect(report.notes == [.clinicParameterRefused: 1])
        #expect(night.payer.received.isEmpty)
    }

    @Test("a token that does not allow it is noted, and nothing is searched for it")
    func notAllowed() async throws {
        let night = try Self.night(Self.kinds[0], by: .rosterSearch)
        night.clinic.rewrite { $0.withheld = ["Consent"] }
        let report = try await night.run()
        #expect(report.notes == [.authScopeNotGranted: 1])
        #expect(!night.clinic.requests.contains { $0.hasPrefix("search Consent") })
    }

    @Test(
        "once it may be read, what was fetched without it is fetched again: an old one objects",
        arguments: [ExchangeTerms.Selection.Method.rosterSearch, .bulkExport])
    func allowedLater(method: ExchangeTerms.Selection.Method) async throws {
        let night = try Self.night(Self.kinds[0], by: method)
        night.clinic.rewrite {
            $0.withheld = ["Consent"]
            $0.searchParameters = ["patient", "_lastUpdated"]
        }
        #expect(try await night.run("night-1").exchanges.acknowledged == 1)

        night.clinic.rewrite { $0.withheld = [] }
        night.clock.advance(seconds: 86_400)
        #expect(try await night.run("night-2").exchanges.withheld == [.consentDenied: 1])
    }

    @Test("what withheld it is kept and audited with its version and hash, and explained")
    func evidence() async throws {
        let night = try Self.night(Self.kinds[0])
        _ = try await night.run()
        let key = night.identities.key(source: "clinic0", type: "Consent", id: "kept")
        let (exchange, staged, audit) = try await night.store.read { reader in
            (
                try reader.exchanges(matching: ExchangeFilter(), limit: 1).first, try reader.staged(key),
                try reader.audit(after: 0, limit: 100).map(\.entry)
            )
        }
        #expect(exchange?.consent?.consent == key)
        #expect(exchange?.consent?.versionID == "3")
        #expect(exchange?.consent?.contentHash == staged?.contentHash)
        #expect(
            audit.last { $0.action == "exchange.withheld" }?.reason
                == "consent.denied: \(exchange?.consent?.words ?? "")")
        let joe = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
        let explained = try await night.pipeline.explainConsent(patient: joe)
        #expect(explained.reason == .consentDenied)
        #expect(explained.said.map(\.consent).last == key)
        #expect(explained.said.last?.verdict == .denies("a consent at the clinic denies the disclosure"))
    }

    @Test("it is looked at again when what waits is about to be sent")
    func lastLook() async throws {
        let night = try Self.night(nil)
        night.payer.reply(.busy(retryAfterSeconds: 600))
        _ = try await night.run()
        night.clinic.put(try Self.resource(Self.kinds[0]))
        _ = try await night.run("dry", dryRun: true)
        night.clock.advance(seconds: 601)
        #expect(try await night.pipeline.deliver() == 0)
        let exchange = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first
        #expect(exchange?.state == .withheld && exchange?.reason == .consentDenied)
        #expect(night.payer.received.count == 1)
    }

    @Test("what one person said in a chart that was merged into another holds for both charts")
    func merged() async throws {
        let old = NamedMember("old", "Joseph", "Smith", born: "1979-04-02", memberID: nil).with {
            ($0.covered, $0.consent) = (nil, nil)
        }
        let night = try Night([.joe, old], mappings: usCoreMappings, types: Self.types)
        var chart = try old.clinicRecords()[0].json
        chart["link"] = [["other": ["reference": "Patient/joe"], "type": "replaced-by"]]
        night.clinic.put(try Resource(.object(chart)))
        #expect(try await night.run("night-1").exchanges.acknowledged == 2)
        night.clinic.put(try Self.resource(Self.kinds[0], of: "old"))
        night.clock.advance(seconds: 3600)
        #expect(try await night.run("night-2").exchanges.withheld == [.consentDenied: 2])
    }

    /// How the clinic says that two charts are one person's.
    enum Merge: String, CaseIterable, Sendable { case byTheOld, byTheNew, overAThird }

    @Test(
        "what one said in a chart that was merged since holds before that chart is looked at again",
        arguments: Merge.allCases)
    func mergedSince(merge: Merge) async throws {
        let (old, mid) = (Self.stranger("old"), Self.stranger("mid"))
        let night = try Night([.joe, old, mid], mappings: usCoreMappings, types: Self.types)
        night.clinic.rewrite { $0.listsConsent = true }
        night.clinic.put(try Self.resource(Self.kinds[0], of: "old"))
        #expect(try await night.run("night-1").exchanges.acknowledged == 1)
        let sent = night.payer.received.count
        switch merge {
        case .byTheOld: night.clinic.put(try Self.chart(old, [("replaced-by", "joe")]))
        case .byTheNew: night.clinic.put(try Self.chart(.joe, [("replaces", "old")]))
        case .overAThird:
            night.clinic.put(try Self.chart(mid, [("replaces", "old"), ("replaced-by", "joe")]))
        }
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "8.10")))
        night.clock.advance(seconds: 3600)
        // A dry run stages the charts, but examines none of them for real.
        _ = try await night.run("looks", dryRun: true)

        let report = try await night.pipeline.request(member: "joe", run: night.firing("request"))

        #expect(report.exchanges.withheld == [.consentDenied: 1])
        #expect(night.payer.received.count == sent)
    }

    @Test(
        "one that names nobody whom the clinic's server would know by reference is whose it was asked for",
        arguments: [ExchangeTerms.Selection.Method.rosterSearch, .bulkExport])
    func nobodys(method: ExchangeTerms.Selection.Method) async throws {
        let night = try Self.night(nil, by: method)
        var kept = try Self.resource(Self.kinds[0]).json
        kept["patient"] = ["identifier": ["system": "urn:mrn", "value": "joe"]]
        night.clinic.put(try Resource(.object(kept)))

        for name in ["night-1", "night-2"] {
            #expect(try await night.run(name).exchanges.withheld == [.consentDenied: 1])
            night.clock.advance(seconds: 86_400)
        }

        #expect(night.payer.received.isEmpty)
    }

    private static func stranger(_ id: String) -> NamedMember {
        NamedMember(id, "Joseph", "Smith", born: "1979-04-02", memberID: nil).with {
            ($0.covered, $0.consent) = (nil, nil)
        }
    }

    private static func chart(_ member: NamedMember, _ links: [(type: String, other: String)]) throws -> Resource {
        var chart = try member.clinicRecords()[0].json
        chart["link"] = .array(
            links.map { ["other": ["reference": .string("Patient/" + $0.other)], "type": .string($0.type)] })
        return try Resource(.object(chart))
    }

    private static let types = ["Patient", "Encounter", "Condition", "Observation"]

    private static func night(
        _ kind: Kept?, by method: ExchangeTerms.Selection.Method = .auto, isListed: Bool = true,
        types: [String] = types
    ) throws -> Night {
        let night = try Night([.joe], mappings: usCoreMappings, by: method, types: types)
        night.clinic.rewrite { $0.listsConsent = isListed }
        if let kind { night.clinic.put(try resource(kind)) }
        for record in try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        where record.type == "Consent" {
            var json = record.json
            json["dateTime"] = "2026-03-01"
            night.payer.put(try Resource(.object(json)))
        }
        return night
    }

    private static func resource(_ kind: Kept, of patient: String = "joe") throws -> Resource {
        var provision: JSONObject = [
            "actor": [
                [
                    "role": ["coding": [["system": .string(hl7 + "v3-ParticipationType"), "code": "IRCP"]]],
                    "reference": [
                        "identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(kind.recipient)]
                    ],
                ]
            ]
        ]
        provision["type"] = kind.type.map { .string($0) }
        provision["period"] = kind.end.map { ["end": .string($0)] }
        var json: JSONObject = [
            "resourceType": "Consent", "id": "kept", "status": .string(kind.status),
            "meta": ["versionId": "3", "lastUpdated": .string(kind.touched)],
            "scope": ["coding": [["system": .string(hl7 + "consentscope"), "code": .string(kind.scope)]]],
            "category": [["coding": [["system": .string(hl7 + "v3-ActCode"), "code": "IDSCL"]]]],
            "patient": ["reference": .string("Patient/" + patient)],
        ]
        if let nested = kind.more["provision"]?.elements.first?["provision"] { provision["provision"] = nested }
        json["policyRule"] = kind.more["policyRule"]
        json["provision"] = .object(provision)
        return try Resource(.object(json))
    }
}
