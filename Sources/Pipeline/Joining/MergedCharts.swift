import PDex

/// The charts that are one person's, since the clinic merged them (`Patient.link`), or did so when they were sent.
///
/// Read from the links as they are staged, from either side and over several steps: what somebody said in one chart
/// holds for all of them before any of them is looked at again.
struct MergedCharts {
    let links: MemberLinks

    /// More charts than so many are nobody's: into some chart a clinic merges whatever it has no better place for.
    static let mostCharts = 64

    /// A patient's chart and those that are merged with it, directly or by way of others: at most one more than
    /// ``mostCharts``, and then not all of them.
    func all(of patient: ResourceKey, via: ResourceKey?, _ reader: any StoreReader) throws -> Set<ResourceKey> {
        let terms = links.terms
        let stager = Stager(clinicOf: terms, links.identities)
        var charts: Set = [patient]
        if let via { charts.insert(via) }
        var open = Array(charts)
        while let chart = open.popLast() {
            var others = try reader.members(linkedBy: links.link(toReplaced: chart))
            others += try reader.members(linkedBy: links.link(toReplacing: chart))
            others += try reader.followers(of: chart, payer: terms.payer.name)
            if let facts = try KnownPatient(chart, stager, reader)?.facts {
                others += facts.replaces + facts.replacedBy
            }
            for other in others where charts.count <= Self.mostCharts && charts.insert(other).inserted {
                open.append(other)
            }
        }
        return charts
    }
}
