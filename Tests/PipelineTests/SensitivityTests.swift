import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What is sensitive stays, and so does what would tell of it")
struct SensitivityTests {
    private static let icd = "http://hl7.org/fhir/sid/icd-10-cm"
    private static let clinics = "https://clinic0.example/marks"
    private static let sensitivity = Sensitivity(
        [
            SensitivityCategory(
                name: "substance-use", release: .sensitiveConsent,
                codes: CodeList([.init(systems: [icd], codes: ["Z71.41"], prefixes: ["F10"])])),
            SensitivityCategory(
                name: "self-pay", release: .nothing,
                tags: CodeList([.init(systems: [clinics], codes: ["no-plan"])]),
                codes: CodeList([.init(systems: [clinics], codes: ["paid-in-full"])]), places: ["Location/recovery"]),
        ], mark: "1a2b3c4d")
    private static let types = [
        "Patient", "Encounter", "Condition", "Observation", "DocumentReference", "DiagnosticReport", "Flag", "Account",
        "MedicationRequest", "CarePlan",
    ]

    @Test(
        "a listed code counts wherever it stands, with dots or without, and no other code does",
        arguments: [
            ("F10.20", true), ("F1020", true), ("f10.20", true), ("F10", true), ("Z71.41", true), ("Z7141", true),
            ("F11.20", false), ("Z71.4", false), ("Z71.411", false), ("F1", false), ("J02.9", false),
        ])
    func codes(code: String, isFound: Bool) throws {
        let coding: JSONValue = ["system": .string(Self.icd), "code": .string(code)]
        let places: [JSONObject] = [
            ["code": ["coding": [["system": "urn:x", "code": "1"], coding]]], ["reasonCode": [["coding": [coding]]]],
            ["component": [["code": ["coding": [coding]]]]], ["extension": [["url": "urn:e", "valueCoding": coding]]],
            ["contained": [["resourceType": "Condition", "id": "c", "code": ["coding": [coding]]]]],
        ]
        for place in places {
            var json = place
            json["resourceType"] = "Observation"
            json["id"] = "o"
            let finding = Self.sensitivity.look(at: try Resource(.object(json))).finding
            #expect((finding?.category == "substance-use") == isFound)
        }
    }

    @Test("a code of another system is another code, and a category of another clinic is not ours")
    func systems() throws {
        let other = try Resource([
            "resourceType": "Condition", "id": "c",
            "code": ["coding": [["system": "urn:other", "code": "F10.20"]]],
        ])
        #expect(Self.sensitivity.look(at: other).finding == nil)
        let elsewhere = SensitivityCategory(
            name: "all", release: .nothing, clinics: ["clinic1"], types: ["Condition"])
        #expect(Sensitivity([elsewhere], clinic: "clinic0").look(at: other).finding == nil)
        #expect(Sensitivity([elsewhere], clinic: "clinic1").look(at: other).finding?.category == "all")
    }

    /// Every code of the value sets InformationSensitivityPolicy and RefrainPolicy of FHIR R4, and of Confidentiality
    /// above
    /// `N`.
    private static let restricting = """
        ADOL B BH CEL COGN DEMO DIA DOB DRGIS DVD EMOTDIS EMP EMPL ETH ETHUD GDIS GENDER HIV LIVARG LOCIS MARST MH MST \
        OPIOIDUD PDS PHY PRS PSY PSYTHPN RACE REL SCA SDV SEX SICKLE SPI SSP STD SUD TBOO VIO R V
        """
    private static let refrain = """
        NOAUTH NOCOLLECT NODSCLCD NODSCLCDS NOINTEGRATE NOLIST NOMOU NOORGPOL NOPAT NOPERSISTP NORDSCLCD NORDSCLCDS \
        NORDSCLW NORELINK NOREUSE NOVIP ORCON
        """

    private static func found(_ label: JSONObject, _ sensitivity: Sensitivity = Sensitivity()) throws -> String? {
        let resource = try Resource([
            "resourceType": "Observation", "id": "o", "meta": ["security": [.object(label)]],
        ])
        return sensitivity.look(at: resource).finding?.release.rawValue
    }

    @Test("every label that restricts holds, in either case and in any system; no consent releases one that refrains")
    func everyLabel() throws {
        for (codes, isRefrain) in [(Self.restricting, false), (Self.refrain, true)] {
            for code in codes.split(separator: " ").map(String.init) {
                let release = isRefrain || code == "PSYTHPN" ? "nothing" : "sensitive-consent"
                for spelt in [code, code.lowercased()] {
                    #expect(try Self.found(["code": .string(spelt)]) == release, "\(spelt)")
                    #expect(try Self.found(["system": "urn:x", "code": .string(spelt)]) == release, "\(spelt)")
                }
            }
        }
    }

    @Test("a label that nobody knows holds, and so does one without a code; a list may say what releases it")
    func unknownLabel() throws {
        #expect(try Self.found(["system": "urn:x", "code": "secret"]) == "nothing")
        #expect(try Self.found(["display": "very restricted"]) == "nothing")
        let document = try Resource([
            "resourceType": "DocumentReference", "id": "d", "securityLabel": [["text": "restricted"]],
        ])
        #expect(Sensitivity().look(at: document).finding?.release == .nothing)
        let listed = SensitivityCategory(
            name: "ours", release: .sensitiveConsent, labels: CodeList([.init(systems: ["urn:x"], codes: ["secret"])]))
        #expect(try Self.found(["system": "urn:x", "code": "secret"], Sensitivity([listed])) == "sensitive-consent")
    }

    @Test("a decision names no label that nobody knows: its code may be somebody's name")
    func unspokenLabel() throws {
        func cause(_ code: JSONValue) throws -> String? {
            let label: JSONValue = ["system": "urn:x", "code": code]
            let resource = try Resource(["resourceType": "Observation", "id": "o", "meta": ["security": [label]]])
            return Sensitivity().look(at: resource).finding?.cause
        }
        #expect(try cause("Joe Smith, HIV positive") == "label that is not known")
        #expect(try cause("hiv") == "label HIV")
    }

    @Test("ordinary confidentiality holds nothing, by its own system only")
    func ordinaryLabel() throws {
        let system: JSONValue = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
        for code in ["N", "L", "M", "U", "n"] {
            #expect(try Self.found(["system": system, "code": .string(code)]) == nil)
            #expect(try Self.found(["system": "urn:x", "code": .string(code)]) == "nothing")
        }
    }

    @Test("a diagnosis holds its visit and all that belongs to it")
    func diagnosis() async throws {
        let night = try Self.night(try Self.changed("Condition") { $0["code"] = Self.concept(Self.icd, "F10.20") })
        let report = try await night.run()
        #expect(report.resources.leftOut[.consentSensitive] == 3)
        #expect(night.payer.received.isEmpty)
    }

    @Test("a result holds the notes of its visit and the report on it, and the rest goes")
    func result() async throws {
        let note = try Self.resource("DocumentReference", "note") {
            $0["context"] = ["encounter": [["reference": "Encounter/joe-visit"]]]
        }
        let report = try Self.resource("DiagnosticReport", "report") {
            $0["result"] = [["reference": "Observation/joe-glucose"], ["reference": "Observation/other"]]
        }
        let other = try Self.resource("Observation", "other") { $0["status"] = "final" }
        let marked = try Self.changed("Observation") { $0["code"] = Self.concept(Self.icd, "F10.20") }
        let night = try Self.night(marked, note, report, other)
        // The result, its notes, the report on it, and what else that report names.
        #expect(try await night.run().resources.leftOut[.consentSensitive] == 4)
        #expect(Set(night.payer.held.values.map(\.type)).isSuperset(of: ["Encounter", "Condition"]))
    }

    @Test(
        "what was paid in full stays under every consent, however the clinic marks it",
        arguments: ["tag", "label", "type", "account", "flag", "place"])
    func selfPay(mark: String) async throws {
        var extra: [Resource] = []
        let visit = try Self.changed("Encounter") { visit in
            switch mark {
            case "tag": visit["meta"] = ["tag": [["system": .string(Self.clinics), "code": "no-plan"]]]
            case "label": visit["meta"] = ["security": [["system": "urn:wrong", "code": "HIPAASelfPay"]]]
            case "type": visit["type"] = [Self.concept(Self.clinics, "paid-in-full")]
            case "account": visit["account"] = [["reference": "Account/a"]]
            case "place": visit["location"] = [["location": ["reference": "Location/recovery"]]]
            default: break
            }
        }
        if mark == "account" {
            extra.append(try Self.resource("Account", "a") { $0["type"] = Self.concept(Self.clinics, "paid-in-full") })
        }
        if mark == "flag" {
            extra.append(
                try Self.resource("Flag", "f") {
                    $0["code"] = Self.concept(Self.clinics, "paid-in-full")
                    $0["encounter"] = ["reference": "Encounter/joe-visit"]
                })
        }
        let night = try Self.night([visit] + extra)
        night.payer.put(try Self.sensitiveConsent())
        let report = try await night.run()
        #expect(report.resources.leftOut[.consentRestricted, default: 0] >= 3)
        #expect(night.payer.received.isEmpty)
    }

    @Test(
        "a visit to a sensitive department is held, however it is named, and a prescription of a sensitive drug",
        arguments: [
            ["reference": "Location/ward"],
            ["reference": "Location?identifier=urn:wards|7"],
            ["type": "Location", "identifier": ["system": "urn:wards", "value": "7"]],
            ["identifier": ["system": "urn:wards", "value": "7"], "display": "there"],
        ] as [JSONValue])
    func shared(ward: JSONValue) async throws {
        let location = try Resource([
            "resourceType": "Location", "id": "ward", "name": "Ward 7",
            "identifier": [["system": "urn:wards", "value": "7"]],
            "type": [Self.concept(Self.clinics, "paid-in-full")],
        ])
        let drug = try Resource([
            "resourceType": "Medication", "id": "drug", "code": Self.concept(Self.icd, "F10.20"),
        ])
        let order = try Self.resource("MedicationRequest", "order") {
            $0["medicationReference"] = ["reference": "Medication/drug"]
        }
        let visit = try Self.changed("Encounter") { $0["location"] = [["location": ward]] }
        let night = try Self.night(location, drug, order, visit)
        let report = try await night.run()
        #expect(report.resources.leftOut[.consentRestricted] == 3)
        #expect(report.resources.leftOut[.consentSensitive] == 1)
    }

    @Test(
        "a consent to sensitive data releases what is sensitive, and neither programme records nor psychotherapy notes")
    func sensitiveConsent() async throws {
        let released = try Self.night(try Self.changed("Condition") { $0["code"] = Self.concept(Self.icd, "F10.20") })
        released.payer.put(try Self.sensitiveConsent())
        #expect(try await released.run().resources.leftOut[.consentSensitive] == nil)
        #expect(released.payer.received.count == 1)
        for label in ["42CFRPart2", "PSYTHPN"] {
            let held = try Night(
                [.joe.with { $0.visitLabels = [label] }], mappings: usCoreMappings, sensitivity: Self.sensitivity)
            held.payer.put(try Self.sensitiveConsent())
            #expect(try await held.run().resources.leftOut[.consentRestricted] == 3)
        }
    }

    @Test("nothing goes when the Patient itself is labelled, or a flag names no visit")
    func everything() async throws {
        let patient = try Self.changed("Patient") { $0["meta"] = ["security": [["code": "R"]]] }
        let labelled = try Self.night(patient)
        #expect(try await labelled.run().exchanges.withheld == [.consentSensitive: 1])
        let flag = try Self.resource("Flag", "f") { $0["code"] = Self.concept(Self.clinics, "paid-in-full") }
        let flagged = try Self.night(flag)
        #expect(try await flagged.run().exchanges.withheld == [.consentRestricted: 1])
        #expect(labelled.payer.received.isEmpty && flagged.payer.received.isEmpty)
    }

    @Test("whom the Patient only names is not sent with it, and holds nothing of the rest")
    func generalPractitioner() async throws {
        let psychiatrist: JSONValue = [
            "resourceType": "Practitioner", "id": "psy", "name": [["family": "Roe"]],
            "qualification": [["code": Self.concept(Self.icd, "F10.20")]],
        ]
        let patient = try Self.changed("Patient") {
            $0["generalPractitioner"] = [["reference": "Practitioner/psy"]]
        }
        let night = try Self.night(patient, try Resource(psychiatrist))
        #expect(try await night.run().exchanges.acknowledged == 1)
        #expect(night.payer.received.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("Roe") })
    }

    @Test(
        "what speaks in sentences of a visit is held with what was found there, whatever it is",
        arguments: [
            ("CarePlan", ["text": ["status": "additional", "div": "<div>go on with it</div>"]]),
            ("CarePlan", ["description": "go on with it"]),
            ("Observation", ["valueString": "goes on with it"]),
            ("Observation", ["note": [["text": "goes on with it"]]]),
            ("Observation", ["component": [["code": ["text": "x"], "valueString": "goes on with it"]]]),
            ("MedicationRequest", ["dosageInstruction": [["text": "daily"]], "note": [["text": "go on with it"]]]),
        ] as [(String, JSONObject)])
    func sentences(type: String, words: JSONObject) async throws {
        let order = try Self.resource("MedicationRequest", "order") {
            $0["medicationCodeableConcept"] = Self.concept(Self.icd, "F10.20")
            $0["encounter"] = ["reference": "Encounter/joe-visit"]
        }
        let told = try Self.resource(type, "told") { told in
            told["encounter"] = ["reference": "Encounter/joe-visit"]
            for member in words.members { told[member.key] = member.value }
        }
        let plain = try Self.resource(type, "plain") { $0["encounter"] = ["reference": "Encounter/joe-visit"] }
        let night = try Self.night(order, told, plain)
        _ = try await night.run()
        let left = try await night.store.read {
            try $0.exchanges(matching: ExchangeFilter(), limit: 1).first?.manifest.entries.filter {
                $0.leftOut == .consentSensitive
            }.map(\.key)
        }
        func key(_ type: String, _ id: String) -> ResourceKey {
            night.identities.key(source: "clinic0", type: type, id: id)
        }
        #expect(left?.contains(key("MedicationRequest", "order")) == true)
        #expect(left?.contains(key(type, "told")) == true)
        #expect(left?.contains(key(type, "plain")) == false)
    }

    @Test("a label on a part of a resource is a label of the whole")
    func inlineLabel() throws {
        let url = "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label"
        let code = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
        func found(_ label: String) throws -> SensitivityCategory.Release? {
            let resource = try Resource([
                "resourceType": "Observation", "id": "o",
                "component": [
                    [
                        "code": ["text": "x"],
                        "extension": [
                            ["url": .string(url), "valueCoding": ["system": .string(code), "code": .string(label)]]
                        ],
                    ]
                ],
            ])
            return Sensitivity().look(at: resource).finding?.release
        }
        #expect(try found("ETH") == .sensitiveConsent)
        #expect(try found("PSYTHPN") == .nothing)
    }

    @Test("the record of the decision tells which lists, by their place, held how much, and not what was found")
    func recorded() async throws {
        let condition = try Self.changed("Condition") { $0["code"] = Self.concept(Self.icd, "F10.20") }
        let note = try Self.resource("DocumentReference", "n") {
            $0["meta"] = ["tag": [["system": .string(Self.clinics), "code": "no-plan"]]]
        }
        let night = try Self.night(condition, note)
        _ = try await night.run()
        let plain = try Self.night()
        _ = try await plain.run()

        let held = try #require(try await Self.decision(night))
        #expect(held.hasPrefix("HRex Consent #regular; lists 1a2b3c4d; consent "))
        #expect(held.hasSuffix("; held back by list 1 of 2 (1), list 2 of 2 (3)"))
        #expect(!held.contains("substance") && !held.contains("F10") && !held.contains("no-plan"))
        #expect(try await Self.decision(plain)?.contains("held back") == false)
    }

    @Test("who is withheld as a whole is so by a list that is told by its place, or by labels")
    func recordedAsWhole() async throws {
        let labelled = try Self.night(try Self.changed("Patient") { $0["meta"] = ["security": [["code": "R"]]] })
        let flagged = try Self.night(
            try Self.resource("Flag", "f") { $0["code"] = Self.concept(Self.clinics, "paid-in-full") })
        for (night, list) in [(labelled, "labels"), (flagged, "list 1 of 2")] {
            _ = try await night.run()
            let exchange = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first
            #expect(exchange?.state == .withheld)
            #expect(exchange?.consent?.rule.hasSuffix(" is not covered, by \(list)") == true)
        }
    }

    /// What the audit trail says about the permit.
    private static func decision(_ night: Night) async throws -> String? {
        try await night.store.read { try $0.audit(after: 0, limit: 100) }.map(\.entry)
            .first { $0.action == "exchange.permitted" }?.reason
    }

    @Test("lists that changed take back what was bundled under the earlier ones; the next run makes it anew")
    func changedLists() async throws {
        let night = try Self.night()
        night.payer.reply(.busy(retryAfterSeconds: 60))
        _ = try await night.run()
        let rule = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first?.consent?
            .rule
        #expect(rule == "HRex Consent #regular; lists 1a2b3c4d")

        let changed = try Self.pipeline(
            over: night,
            Sensitivity([SensitivityCategory(name: "all", release: .nothing, types: ["Observation"])], mark: "2"))
        night.clock.advance(seconds: 61)
        #expect(try await changed.deliver() == 0)
        #expect(night.payer.received.count == 1)
        let report = try await changed.run(night.firing("night-2"))
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.resources.leftOut[.consentRestricted] == 1)
    }

    /// The same job with other lists.
    private static func pipeline(over night: Night, _ sensitivity: Sensitivity) throws -> ExchangePipeline {
        let terms = night.pipeline.terms
        return ExchangePipeline(
            terms: ExchangeTerms(
                job: terms.job, clinic: terms.clinic, payer: terms.payer, selection: terms.selection,
                matchBy: terms.matchBy, coverage: terms.coverage, consent: terms.consent, sensitivity: sensitivity,
                delivery: terms.delivery, retry: terms.retry),
            clinic: night.clinic, payer: night.payer, store: night.store,
            mappings: try LoadedMappings.set(
                in: usCoreMappings, digests: Digests { _ in Array(repeating: 0, count: 32) }),
            identities: night.identities, clock: night.clock, random: { 0.5 }, owner: "tests")
    }

    private static func night(_ extra: Resource...) throws -> Night { try night(extra) }

    private static func night(_ extra: [Resource]) throws -> Night {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: extra, types: types, sensitivity: sensitivity)
        for resource in extra { night.clinic.put(resource) }
        return night
    }

    private static func changed(_ type: String, _ change: (inout JSONObject) -> Void) throws -> Resource {
        var json = try #require(try NamedMember.joe.clinicRecords().first { $0.type == type }).json
        change(&json)
        return try Resource(.object(json))
    }

    private static func resource(_ type: String, _ id: String, _ change: (inout JSONObject) -> Void) throws -> Resource
    {
        var json: JSONObject = [
            "resourceType": .string(type), "id": .string(id), "status": "active",
            "subject": ["reference": "Patient/joe"],
        ]
        if type == "Account" { json["subject"] = [["reference": "Patient/joe"]] }
        change(&json)
        return try Resource(.object(json))
    }

    private static func sensitiveConsent() throws -> Resource {
        let records = try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        let consent = try #require(records.first { $0.type == "Consent" })
        let text = String(decoding: consent.serialized(), as: UTF8.self).replacing("#regular", with: "#sensitive")
        return try Resource(parsing: Array(text.utf8))
    }

    private static func concept(_ system: String, _ code: String) -> JSONValue {
        ["coding": [["system": .string(system), "code": .string(code)]]]
    }
}
