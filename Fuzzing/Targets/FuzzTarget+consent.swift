import FHIR
import PDex

extension FuzzTarget {
    /// A Consent permits only if it is in force and meets HRex, and never with an added condition; the clinic's never
    /// permits; and no other consent turns a denial into a permit.
    static let consent = FuzzTarget(
        name: "consent",
        seeds: [
            permit, permit.replacing("regular", "sensitive"), permit.replacing(#""active""#, #""inactive""#),
            permit.replacing(#""permit""#, #""deny""#), permit.replacing("IDSCL", "research"),
            permit.replacing(#""provision":{"#, #""provision":{"provision":[{"type":"deny"}],"#),
            #"{"resourceType":"Consent","status":"active","category":[{"coding":[{"system":"#
                + #""http://hl7.org/fhir/us/davinci-pdex/CodeSystem/pdex-consent-api-purpose","code":"provider-access"}]}],"#
                + #""policyRule":{"coding":[{"code":"OPTOUT"}]},"provision":{"type":"deny","period":{"start":"2026"}}}"#,
        ]
    ) { input in
        guard let resource = try? Resource(parsing: Array(input)) else { return }
        let consent = Consent(resource)
        for policy in ConsentPolicy.allCases {
            let verdict = verdict(consent, policy)
            if case .permits = verdict { checkPermit(resource, policy) }
            checkDecision(consent, verdict, policy)
        }
        let own = ConsentVerdict(ofDiscloser: consent, discloser: clinic, recipient: payer, now: now)
        if case .permits = own { promise(false, "a consent of the clinic permits") }
    }

    private static func verdict(_ consent: Consent?, _ policy: ConsentPolicy) -> ConsentVerdict {
        ConsentVerdict(consent, policy: policy, discloser: clinic, recipient: payer, now: now)
    }

    private static func checkPermit(_ resource: Resource, _ policy: ConsentPolicy) {
        let provision = resource["provision"]
        promise(resource["status"] == .string("active"), "what is not active permits")
        promise(provision?["type"] == .string("permit"), "what is no permit permits")
        promise((resource["performer"]?.elements.count ?? 0) == 1, "nobody, or who knows who, agreed")
        promise(provision?["period"]?["start"] != nil, "a permit begins at no time")
        if policy == .optIn {
            let text = String(decoding: resource.serialized(), as: UTF8.self)
            promise(text.contains(clinic.npi) && text.contains(payer.npi), "a permit names others")
        }
        var narrowed = resource
        narrowed.json["implicitRules"] = .string("https://c.example/rules")
        var excepted = resource
        excepted.json["modifierExtension"] = .array([["url": .string("https://c.example/not")]])
        var denying = resource
        var object = provision?.object ?? JSONObject()
        object["type"] = .string("deny")
        denying.json["provision"] = .object(object)
        for other in [narrowed, excepted, denying] {
            if case .permits = verdict(Consent(other), policy) { promise(false, "it permits with a condition more") }
        }
    }

    private static func checkDecision(_ consent: Consent, _ verdict: ConsentVerdict, _ policy: ConsentPolicy) {
        let odd = recorded(consent, 2)
        let alone = decision([odd], policy)
        let beside = decision([recorded(whole, 1), odd], policy)
        let asClinics = decision([recorded(whole, 1)], disclosers: [odd], policy)
        promise(permits([recorded(whole, 1)], policy), "the permit beside it permits nothing")
        if case .denies = verdict {
            promise(!isPermit(alone) && !isPermit(beside), "a permit outweighs a denial")
        }
        if policy == .optIn, case .permits = verdict {
        } else if policy == .optIn {
            promise(!isPermit(alone), "what does not permit permits under opt-in")
        }
        if isPermit(asClinics), case .permit(let evidence, _) = asClinics {
            promise(evidence.consent == ResourceKey(bits: 1), "a permit rests on a consent of the clinic")
        }
        for case .withhold(_, let evidence) in [alone, beside, asClinics] {
            promise(!evidence.rule.isEmpty, "what is withheld has no reason")
        }
    }

    private static func permits(_ recorded: [ConsentDecision.Recorded], _ policy: ConsentPolicy) -> Bool {
        isPermit(decision(recorded, policy))
    }

    private static func isPermit(_ decision: ConsentDecision) -> Bool {
        if case .permit = decision { true } else { false }
    }

    private static func decision(
        _ recorded: [ConsentDecision.Recorded], disclosers: [ConsentDecision.Recorded] = [], _ policy: ConsentPolicy
    ) -> ConsentDecision {
        ConsentDecision.deciding(
            recorded, disclosers: disclosers, policy: policy, discloser: clinic, recipient: payer, now: now)
    }

    private static func recorded(_ consent: Consent?, _ key: Int64) -> ConsentDecision.Recorded {
        ConsentDecision.Recorded(
            resource: StagedResource(
                key: ResourceKey(bits: key), source: "payer", type: "Consent", id: "c\(key)", versionID: "1",
                lastUpdated: now, patient: ResourceKey(bits: 9), contentHash: key, bytes: []),
            consent: consent)
    }

    private static let now = Instant(milliseconds: 1_768_100_000_000)
    private static let clinic = party("clinic", "1234567893")
    private static let payer = party("payer", "1999999984")
    private static let whole = (try? Resource(parsing: Array(permit.utf8))).map(Consent.init)

    private static func party(_ name: String, _ npi: String) -> Party {
        Party(
            name: name, base: "https://\(name).example/r4", npi: npi, organization: name,
            identifierSystem: "urn:\(name)")
    }

    private static let terminology = "http://terminology.hl7.org/CodeSystem/"
    /// An HRex Consent that permits.
    private static let permit =
        #"{"resourceType":"Consent","id":"c","status":"active","dateTime":"2026-01-02","scope":"#
        + concept("consentscope", "patient-privacy") + #","category":["# + concept("v3-ActCode", "IDSCL")
        + #"],"performer":[{"reference":"Patient/p"}],"sourceReference":{"reference":"DocumentReference/d"},"policy":"#
        + #"[{"uri":"http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#regular"}],"provision":{"#
        + #""type":"permit","period":{"start":"2026-01-01","end":"2027-01-01"},"actor":["#
        + actor(concept("provenance-participant-type", "performer"), clinic) + ","
        + actor(concept("v3-ParticipationType", "IRCP"), payer) + #"],"action":["#
        + concept("consentaction", "disclose") + "]}}"

    private static func concept(_ system: String, _ code: String) -> String {
        #"{"coding":[{"system":""# + terminology + system + #"","code":""# + code + #""}]}"#
    }

    private static func actor(_ role: String, _ party: Party) -> String {
        #"{"role":"# + role + #","reference":{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":""#
            + party.npi + #""}}}"#
    }
}

extension String {
    /// The text with one word replaced by another.
    fileprivate func replacing(_ word: String, _ other: String) -> String {
        split(separator: word, omittingEmptySubsequences: false).joined(separator: other)
    }
}
