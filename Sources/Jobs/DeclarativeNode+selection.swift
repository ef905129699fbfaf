import DeclarativeFiles
import FHIR
import PDex

extension DeclarativeNode {
    /// `select`: by whatever method the clinic allows, every patient, since the last success, unless it says otherwise.
    func selection(_ report: inout FileReport) -> ExchangeTerms.Selection? {
        let fields = fields(
            [
                "by", "group", "types", "since", "until", "reconcile", "type-filters", "include-associated-data",
                "years",
            ], required: ["types"], in: "'select'", &report)
        let method = fields["by"]?.choice(ExchangeTerms.Selection.Method.self, &report) ?? .auto
        let group = fields["group"]?.fhirID(&report)
        let since = fields["since"]?.since(&report) ?? .lastSuccess
        let reconcile = fields["reconcile"]?.duration(&report) ?? .seconds(7 * 86_400)
        let types = fields["types"]?.resourceTypes(&report)
        let filters = fields["type-filters"]?.typeFilters(among: types ?? [], &report) ?? []
        let until = fields["until"]?.until(after: since, &report)
        let data = fields["include-associated-data"]?.associatedData(with: types ?? [], &report) ?? []
        let years = fields["years"]?.int(in: 1...100, &report)
        return types.map { types in
            ExchangeTerms.Selection(
                method: method, group: group, types: types, since: since, reconcileSeconds: reconcile / .seconds(1),
                typeFilters: filters, until: until, associatedData: data, years: years)
        }
    }

    /// Queries `Type?name=value`, each on one of the job's types; a result parameter would change the format (BLK-10).
    private func typeFilters(among types: [String], _ report: inout FileReport) -> [String]? {
        listOrOne(&report)?.compactMap { element in
            guard let text = element.string(&report) else { return nil }
            let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].contains("="), !parts[1].contains(where: \.isWhitespace) else {
                report.report(
                    "'\(text.prefix(64))' is not a filter such as Observation?category=laboratory", at: element)
                return nil
            }
            if !types.contains(String(parts[0])) {
                report.report(
                    "'\(parts[0].prefix(64))' is not among 'types'", at: element,
                    suggestion: Suggestion.closest(to: String(parts[0]), among: types))
            }
            let names = parts[1].split(separator: "&").map { $0.prefix { $0 != "=" && $0 != ":" } }
            for name in names where Self.resultParameters.contains(String(name)) {
                report.report("a filter cannot have \(name): it says how to answer, not what is wanted", at: element)
            }
            return text
        }
    }

    private static let resultParameters: Set = [
        "_include", "_revinclude", "_sort", "_count", "_elements", "_summary", "_total", "_contained", "_format",
    ]

    /// An instant later than that of `since`.
    private func until(after since: ExchangeTerms.Selection.Since, _ report: inout FileReport) -> Instant? {
        guard let text = string(&report) else { return nil }
        guard let until = Instant(text) else {
            report.report(
                "\(quotedKey) must be an instant such as 2026-01-31T00:00:00Z, found '\(text.prefix(64))'", at: self)
            return nil
        }
        if case .instant(let since) = since, until <= since {
            report.report("\(quotedKey) must be later than 'since'", at: self)
        }
        return until
    }

    /// Data that comes along with an export; of no use unless it, too, may be sent (BLK-12).
    private func associatedData(with types: [String], _ report: inout FileReport) -> [String] {
        enum AssociatedData: String, CaseIterable {
            case latest = "LatestProvenanceResources"
            case relevant = "RelevantProvenanceResources"
        }
        let data = (listOrOne(&report) ?? []).compactMap { $0.choice(AssociatedData.self, &report)?.rawValue }
        if !types.contains("Provenance") {
            report.report("\(quotedKey) needs Provenance among 'types': what is not there does not leave", at: self)
        }
        return data
    }

    private func since(_ report: inout FileReport) -> ExchangeTerms.Selection.Since? {
        guard let text = string(&report) else { return nil }
        if text == "last-success" { return .lastSuccess }
        if text == "all" { return .all }
        if let instant = Instant(text) { return .instant(instant) }
        report.report(
            "\(quotedKey) must be last-success, all or an instant such as 2026-01-31T00:00:00Z, "
                + "found '\(text.prefix(64))'",
            at: self, suggestion: Suggestion.closest(to: text, among: ["last-success", "all"]))
        return nil
    }

    /// Distinct R4 resource types. Patient must be among them: members are recognised by it.
    private func resourceTypes(_ report: inout FileReport) -> [String]? {
        guard let elements = list(&report) else { return nil }
        var types: [String] = []
        for element in elements {
            let word = element.word(among: ResourceTypes.r4, called: "a FHIR R4 resource type", &report)
            guard let type = word else { continue }
            if types.contains(type), ResourceTypes.contains(type) {
                report.report("\(type) is listed twice", at: element)
            }
            types.append(type)
        }
        if !types.contains("Patient") {
            report.report("\(quotedKey) needs Patient: members are recognised by it", at: self)
        }
        return types
    }

    /// `match`: the rules in order; an ambiguous match is parked, never guessed.
    func matchRules(_ report: inout FileReport) -> [MatchRule]? {
        enum WhenAmbiguous: String, CaseIterable { case park }
        let fields = fields(["by", "when-ambiguous"], in: "'match'", &report)
        _ = fields["when-ambiguous"]?.choice(WhenAmbiguous.self, &report)
        guard let by = fields["by"], let elements = by.list(&report) else { return nil }
        var rules: [MatchRule] = []
        for element in elements {
            guard let rule = element.choice(MatchRule.self, &report) else { continue }
            if rules.contains(rule) { report.report("\(rule.rawValue) is listed twice", at: element) }
            rules.append(rule)
        }
        if elements.isEmpty { report.report("'by' needs at least one way to recognise a member", at: by) }
        return rules
    }

    /// `consent`: the policy that the job expects, so that a payer with another one is noticed. Without a consent
    /// everything is withheld, unless the payer's policy says otherwise.
    func consentPolicy(_ report: inout FileReport) -> ConsentPolicy? {
        enum WhenMissing: String, CaseIterable { case withhold }
        let fields = fields(["policy", "when-missing"], in: "'consent'", &report)
        let policy = fields["policy"]?.choice(ConsentPolicy.self, &report)
        _ = fields["when-missing"]?.choice(WhenMissing.self, &report)
        if policy == .optOut, let node = fields["when-missing"] {
            report.report("under opt-out nothing is withheld for being missing; leave 'when-missing' out", at: node)
        }
        return policy ?? (fields["when-missing"] == nil ? nil : .optIn)
    }

    private var quotedKey: String { "'\(key ?? "")'" }
}
