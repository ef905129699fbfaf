import FHIR

extension ConsentOracle {
    /// Whether anything may be sent by the payer's recorded consents and the clinic's own.
    func permits(_ consents: [JSONValue?], beside forms: [JSONValue?]) -> Bool {
        guard !forms.contains(where: { $0 == nil }), permits(consents) else { return false }
        let mine = forms.compactMap(\.self).filter { !isAboutSomethingElse($0) }
        guard !mine.contains(where: forbids) else { return false }
        let noes = mine.filter { hasEnded($0) && !isReplaced($0, mine) }
        if noes.isEmpty { return true }
        // Silence is not a yes that could be newer.
        return consents.compactMap(\.self).contains { yes in
            isValid(yes) && outlives(yes, consents.compactMap(\.self)) && noes.allSatisfy { isLater(yes, than: $0) }
        }
    }

    private func isLater(_ yes: JSONValue, than no: JSONValue) -> Bool {
        let (given, end) = (text(yes, "dateTime"), String(text(no["meta"], "lastUpdated").prefix(10)))
        return isDay(given) && isDay(end) && given <= today && end < given
    }

    /// Whether its scope is only another matter, in HL7's codes, or it is between other parties.
    func isAboutSomethingElse(_ form: JSONValue) -> Bool {
        let scope = form["scope"].map(flat) ?? ""
        let isOther = ["research", "treatment", "adr"].contains { scope.contains("\"code\":\"\($0)\"") }
        return (isOther && scope.contains("terminology.hl7.org")) || namesOthers(form)
    }

    private func forbids(_ form: JSONValue) -> Bool {
        text(form, "status") == "active" && flat(form).contains("deny\"") && lasts(form)
            || text(form, "status") == "active" && flat(form).contains("OPTOUT") && lasts(form)
    }

    private func isNo(ofClinic form: JSONValue) -> Bool {
        text(form["provision"], "type") == "deny" || flat(form).contains("OPTOUT")
    }

    /// Whether it was in force and no longer is; a revoked no has not ended anything.
    private func hasEnded(_ form: JSONValue) -> Bool {
        let status = text(form, "status")
        return ["inactive", "rejected"].contains(status) && !(isNo(ofClinic: form) && status == "inactive")
    }

    private func isReplaced(_ old: JSONValue, _ all: [JSONValue]) -> Bool {
        all.contains { new in
            guard text(new, "status") == "active", text(new["provision"], "type") == "permit",
                !flat(new).contains("deny\""), !flat(new).contains("OPTOUT"), isInForce(new)
            else { return false }
            let isAlike = parts(new) == parts(old)
            let isTold =
                flat(new).contains("consentscope\",\"code\":\"patient-privacy\"") && flat(new).contains("IDSCL")
            let (given, before) = (text(new, "dateTime"), text(old, "dateTime"))
            if (isAlike && !parts(old).kind.isEmpty || isTold) && isLater(new, than: old) { return true }
            return isAlike && !parts(old).kind.isEmpty && isDay(given) && isDay(before) && before < given
                && given <= today
        }
    }

    private struct Parts: Equatable {
        let kind: String
        let actors: Set<String>
    }

    private func parts(_ form: JSONValue) -> Parts {
        let words = [form["scope"]].compactMap(\.self) + (form["category"]?.elements ?? [])
        return Parts(
            kind: words.map(flat).joined(separator: " "),
            actors: Set((form["provision"]?["actor"]?.elements ?? []).map(flat)))
    }

    private func isInForce(_ form: JSONValue) -> Bool {
        guard let period = form["provision"]?["period"] else { return true }
        let (start, end) = (text(period, "start"), text(period, "end"))
        return isDay(start, orNothing: true) && isDay(end, orNothing: true) && (start.isEmpty || start <= today)
            && (end.isEmpty || (end >= today && start <= end))
    }
}
