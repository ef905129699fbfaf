import DeclarativeFiles
import PDex

extension DeclarativeNode {
    /// `match` of a payer: how its numbers relate to the clinics', and how it is asked who a person is.
    func match(_ report: inout FileReport) -> MatchSettings {
        let names = ["subscriber-systems", "pairs", "cross-reference", "member-match", "member-system"]
        let fields = fields(names, in: "'match'", &report)
        let systems = (fields["subscriber-systems"]?.list(&report) ?? []).compactMap { $0.identifierSystem(&report) }
        let pairs = (fields["pairs"]?.list(&report) ?? []).compactMap { node -> MemberNumbers.Pair? in
            let sides = ["clinic", "payer"]
            let fields = node.fields(sides, required: sides, in: "a pair", &report)
            guard let clinic = fields["clinic"]?.identifierSystem(&report),
                let payer = fields["payer"]?.identifierSystem(&report)
            else { return nil }
            return MemberNumbers.Pair(clinic: clinic, payer: payer)
        }
        var settings = MatchSettings()
        settings.numbers = MemberNumbers(
            subscriberSystems: Set(systems), pairs: pairs,
            memberSystem: fields["member-system"]?.identifierSystem(&report))
        settings.crossReference = fields["cross-reference"]?.crossReference(&report)
        fields["member-match"]?.memberMatch(into: &settings, &report)
        return settings
    }

    private func memberMatch(into settings: inout MatchSettings, _ report: inout FileReport) {
        let fields = fields(["attempts", "consent", "bulk"], in: "'member-match'", &report)
        let usual = ExchangeTerms.Inquiry()
        settings.inquiry = ExchangeTerms.Inquiry(
            attempts: fields["attempts"]?.int(in: 1...10, &report) ?? usual.attempts,
            consent: fields["consent"]?.choice(ExchangeTerms.Inquiry.Consent.self, &report) ?? usual.consent,
            asksMany: fields["bulk"]?.bool(&report) ?? usual.asksMany)
        if let node = fields["bulk"], settings.inquiry.asksMany, settings.inquiry.consent == .never {
            report.report("a Consent goes with each question in bulk: 'consent' is required or when-recorded", at: node)
        }
    }

    private func crossReference(_ report: inout FileReport) -> CrossReferenceSettings? {
        let names = ["file", "clinic-column", "payer-column", "clinic-system", "payer-system"]
        let fields = fields(names, required: names, in: "a cross-reference", &report)
        guard let path = fields["file"]?.filePath(&report), let clinic = fields["clinic-column"]?.string(&report),
            let payer = fields["payer-column"]?.string(&report),
            let clinicSystem = fields["clinic-system"]?.identifierSystem(&report),
            let payerSystem = fields["payer-system"]?.identifierSystem(&report)
        else { return nil }
        return CrossReferenceSettings(
            path: path, clinicColumn: clinic, payerColumn: payer,
            systems: MemberNumbers.Pair(clinic: clinicSystem, payer: payerSystem))
    }
}
