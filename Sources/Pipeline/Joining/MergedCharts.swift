import PDex

/// The charts that belong to one person, because the clinic merged them (`Patient.link`), or had when they were sent.
///
/// Found through the staged links, from either side and over several steps: what a person said in one chart holds for
/// all of them, before any of them is examined again.
struct MergedCharts {
    let links: MemberLinks

    /// With more charts than this, no person is meant: some chart collects whatever a clinic has no better place for.
    static let mostCharts = 64

    /// A patient's chart and those merged with it, directly or indirectly: at most ``mostCharts`` plus one, in which
    /// case they are incomplete.
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
