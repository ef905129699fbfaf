import FHIR

/// Whether a set of consents permits, written from the standard and not from the engine: it reads the same JSON by
/// other means, and only knows days.
struct ConsentOracle {
    let clinic: String
    let payer: String
    let today: String
    let isOptOut: Bool

    /// Whether anything may be sent.
    func permits(_ consents: [JSONValue?]) -> Bool {
        if consents.contains(where: { $0 == nil }) { return false }
        let known = consents.compactMap(\.self)
        if known.contains(where: { stillDenies($0) || deniesSomething($0) }) { return false }
        if known.contains(where: { isValid($0) && outlives($0, known) }) { return true }
        return isOptOut && !known.contains(where: isValid) && known.allSatisfy(isSpent)
    }

    /// Whether sensitive data may be sent, too.
    func permitsSensitive(_ consents: [JSONValue?]) -> Bool {
        let known = consents.compactMap(\.self)
        let valid = known.filter { isValid($0) && outlives($0, known) }
        return permits(consents) && !valid.isEmpty && valid.allSatisfy { flat($0).contains("#sensitive\"") }
    }

    func stillDenies(_ consent: JSONValue) -> Bool {
        text(consent, "status") == "active" && isPlainNo(consent) && lasts(consent)
    }

    /// Whether it is a no at the top, or an opt-out that does not start with a yes.
    func isPlainNo(_ consent: JSONValue) -> Bool {
        let word = text(consent["provision"], "type")
        return word == "deny" || (word != "permit" && flat(consent).contains("\"OPTOUT"))
    }

    /// Whether it is a yes with a no in it, between these parties and about this matter.
    private func deniesSomething(_ consent: JSONValue) -> Bool {
        guard text(consent, "status") == "active", !isPlainNo(consent), !isAboutSomethingElse(consent) else {
            return false
        }
        let (start, end) = (
            text(consent["provision"]?["period"], "start"), text(consent["provision"]?["period"], "end")
        )
        let isTurned = flat(consent).contains("\"modifierExtension\"") || consent["implicitRules"] != nil
        let isReadable = isDay(end) && isDay(start, orNothing: true) && start <= end
        if isReadable, end < today, !isTurned { return false }
        let inner = consent["provision"]?["provision"].map(flat) ?? ""
        return inner.contains("\"type\":\"deny\"") || flat(consent).contains("\"OPTOUT")
    }

    /// Whether its period is not certainly over.
    func lasts(_ consent: JSONValue) -> Bool {
        let start = text(consent["provision"]?["period"], "start")
        let end = text(consent["provision"]?["period"], "end")
        return !isDay(end) || !isDay(start, orNothing: true) || start > end || end >= today || strange(consent)
    }

    /// Whether a yes is later than every no: a later no overrides it. The yes dates from the day on which it was given,
    /// the no from the day on which the payer last changed it; without either day, or with one in the future, the yes
    /// does not count as later.
    func outlives(_ permit: JSONValue, _ all: [JSONValue]) -> Bool {
        let yes = text(permit, "dateTime")
        return all.filter(isNo).allSatisfy { refusal in
            let no = String(text(refusal["meta"], "lastUpdated").prefix(10))
            return isDay(yes) && isDay(no) && yes <= today && no < yes
        }
    }

    /// Whether somebody withdrew or refused a permit that may be this one: it names both, or does not say whom.
    func isNo(_ consent: JSONValue) -> Bool {
        ["inactive", "rejected"].contains(text(consent, "status"))
            && !isPlainNo(consent) && !namesOthers(consent)
    }

    /// Whether those it names as discloser, or as recipient, are certainly others.
    func namesOthers(_ consent: JSONValue) -> Bool {
        func isElsewhere(_ role: String, _ npi: String) -> Bool {
            let actors = (consent["provision"]?["actor"]?.elements ?? []).map(flat).filter { $0.contains(role) }
            return !actors.isEmpty
                && actors.allSatisfy { $0.contains("us-npi") && !$0.contains("\"value\":\"\(npi)\"") }
        }
        return isElsewhere("\"code\":\"performer\"", clinic) || isElsewhere("\"code\":\"IRCP\"", payer)
    }

    func isSpent(_ consent: JSONValue) -> Bool {
        if text(consent, "status") == "entered-in-error" { return true }
        guard isPlainNo(consent) else { return false }
        return text(consent, "status") == "inactive" || (text(consent, "status") == "active" && !stillDenies(consent))
    }

    func isValid(_ consent: JSONValue) -> Bool {
        let all = flat(consent)
        let provision = consent["provision"]
        let start = text(provision?["period"], "start")
        let end = text(provision?["period"], "end")
        guard text(consent, "status") == "active", text(provision, "type") == "permit", !strange(consent),
            isAboutPrivacy(consent), all.contains("\"code\":\"IDSCL\""),
            all.contains("\"code\":\"disclose\""), consent["performer"]?.elements.count == 1, isDay(start),
            start <= today
        else { return false }
        if isOptOut, all.contains("provider-access") {
            return isDay(end, orNothing: true) && (end.isEmpty || end >= today)
        }
        return isDay(end) && end >= today && consent["sourceReference"] != nil && consent["policy"]?.elements.count == 1
            && (all.contains("#regular\"") || all.contains("#sensitive\""))
            && names("\"code\":\"performer\"", clinic, provision) && names("\"code\":\"IRCP\"", payer, provision)
    }

    private func names(_ role: String, _ npi: String, _ provision: JSONValue?) -> Bool {
        (provision?["actor"]?.elements ?? []).map(flat).contains {
            $0.contains(role) && $0.contains("us-npi") && $0.contains("\"value\":\"\(npi)\"")
        }
    }

    /// Whether the scope has the right system and code.
    private func isAboutPrivacy(_ consent: JSONValue) -> Bool {
        let scope = consent["scope"].map(flat) ?? ""
        return scope.contains("\"http://terminology.hl7.org/CodeSystem/consentscope\"")
            && scope.contains("\"code\":\"patient-privacy\"")
    }

    /// Whether it has parts whose meaning the standard does not define here.
    func strange(_ consent: JSONValue) -> Bool {
        let parts = Set((consent["provision"]?.object?.members ?? []).map(\.key))
        return !parts.subtracting(["type", "period", "actor", "action"]).isEmpty
            || flat(consent).contains("\"modifierExtension\"") || consent["implicitRules"] != nil
    }

    func isDay(_ text: String, orNothing: Bool = false) -> Bool {
        text.isEmpty ? orNothing : text.utf8.count == 10 && text.hasPrefix("20")
    }

    func flat(_ json: JSONValue) -> String { String(decoding: json.serialized(), as: UTF8.self) }
    func text(_ json: JSONValue?, _ key: String) -> String { json?[key]?.string ?? "" }
}
