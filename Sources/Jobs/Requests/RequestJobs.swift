public import PDex

/// The jobs that can answer member requests.
public struct RequestJobs: Sendable {
    private let jobs: [Job]

    /// Those of `jobs` that take requests.
    public init(_ jobs: [Job]) {
        self.jobs = jobs.filter(\.allowsRequests)
    }

    /// The job named; otherwise the only one that takes requests, for `payer` if one is named; otherwise the only one
    /// of those without a schedule. Throws `usage.invalid`, and `job.unknown` for a name that takes no requests.
    public func job(_ name: String? = nil, payer: String? = nil) throws(Fault) -> Job {
        let allowed = jobs.filter { $0.payer == payer ?? $0.payer }
        if let name {
            if let job = allowed.first(where: { $0.name == name }) { return job }
            throw Fault(
                .jobUnknown, .stop, "no job of that name takes requests\(payer == nil ? "" : " for that payer")",
                hint: "say  on: { request: true }  in its file; pdex jobs list  shows all")
        }
        let candidates = allowed.count == 1 ? allowed : allowed.filter { $0.schedule == nil }
        if let only = candidates.first, candidates.count == 1 { return only }
        guard !allowed.isEmpty else {
            throw Fault(
                .usage, .stop, "no job takes requests\(payer == nil ? "" : " for that payer")",
                hint: payer == nil ? "say  on: { request: true }  in a job" : "name another payer")
        }
        let names = allowed.map(\.name).joined(separator: ", ")
        throw Fault(.usage, .stop, "more than one job takes requests: \(names)", hint: "name one of them")
    }
}
