import DeclarativeFiles
import Jobs
import PDex

/// The jobs of a configuration.
enum JobFolder {
    /// Every job, checked against the configured servers. Throws `job.invalid` with every diagnostic.
    static func load(_ configuration: Configuration) throws(Fault) -> [Job] {
        do {
            let jobs = try JobFile.loadFolder(path: configuration.jobs)
            var report = FileReport()
            for job in jobs {
                let path = "\(configuration.jobs)/\(job.name).yaml"
                check(job.clinic, "clinic", among: configuration.clinics.map(\.server.name), path, &report)
                check(job.payer, "payer", among: configuration.payers.map(\.server.name), path, &report)
                checkPolicy(of: job, configuration, path, &report)
                checkFiles(of: job, configuration, path, &report)
                checkClient(of: job, configuration, path, &report)
                checkNumbers(of: job, configuration, path, &report)
            }
            checkDelivery(of: jobs, configuration, &report)
            try report.throwIfAny()
            return jobs
        } catch {
            throw Fault(.jobInvalid, error, hint: "Correct the lines named; then  pdex jobs lint.")
        }
    }

    /// The policy is the payer's, for all jobs: jobs with different ones would judge each other's deliveries.
    private static func checkPolicy(
        of job: Job, _ configuration: Configuration, _ path: String, _ report: inout FileReport
    ) {
        guard let policy = job.consentPolicy, let payer = configuration.payer(job.payer), payer.consentPolicy != policy
        else { return }
        report.report(
            "the job counts on the consent policy \(policy.rawValue), but \(job.payer) has "
                + "\(payer.consentPolicy.rawValue): correct one of them, or leave 'policy' out of the job",
            path: path, position: nil)
    }

    /// A job that delivers files needs a place for them.
    private static func checkFiles(
        of job: Job, _ configuration: Configuration, _ path: String, _ report: inout FileReport
    ) {
        guard let payer = configuration.payer(job.payer) else { return }
        let missing: [String] =
            switch job.delivery.kind {
            case .fileDrop where payer.dropFolder == nil: ["\(job.payer) has no 'drop-folder'"]
            case .bulkSubmit:
                (payer.submitter == nil ? ["\(job.payer) has no 'submitter'"] : [])
                    + (configuration.files == nil ? ["there is no 'files'"] : [])
            default: []
            }
        for what in missing {
            report.report(
                "the job delivers as \(job.delivery.kind.rawValue), but \(what) in the configuration", path: path,
                position: nil)
        }
    }

    /// A server that a job contacts must know us.
    private static func checkClient(
        of job: Job, _ configuration: Configuration, _ path: String, _ report: inout FileReport
    ) {
        guard let payer = configuration.payer(job.payer), payer.server.client == nil,
            !payer.isAskedNothing(by: [job])
        else { return }
        report.report(
            "the job speaks to the server of \(job.payer), which has no 'client-id' and 'key' in the configuration: "
                + "give it both, or let the job deliver as file-drop and ask nothing of it",
            path: path, position: nil)
    }

    /// A record number alone is nobody's, unless it is declared whose numbers it belongs to.
    private static func checkNumbers(
        of job: Job, _ configuration: Configuration, _ path: String, _ report: inout FileReport
    ) {
        guard job.matchBy == [.recordNumber], let payer = configuration.payer(job.payer),
            !payer.match.knowsRecordNumbers
        else { return }
        report.report(
            "the job recognises members by record-number alone, and 'match' of \(job.payer) in the configuration has "
                + "neither 'pairs' nor 'cross-reference': it would recognise nobody",
            path: path, position: nil)
    }

    /// Jobs of one clinic and payer share an outbox, which any of them may empty.
    private static func checkDelivery(of jobs: [Job], _ configuration: Configuration, _ report: inout FileReport) {
        for route in Dictionary(grouping: jobs, by: { [$0.clinic, $0.payer] }).values {
            let sorted = route.sorted { $0.name < $1.name }
            for job in sorted.dropFirst() where job.delivery.kind != sorted[0].delivery.kind {
                report.report(
                    "the job delivers as \(job.delivery.kind.rawValue), and \(sorted[0].name), between the same clinic and "
                        + "payer, as \(sorted[0].delivery.kind.rawValue): they share an outbox, so let both say the same",
                    path: "\(configuration.jobs)/\(job.name).yaml", position: nil)
            }
        }
    }

    /// The job of that name. Throws `job.unknown`.
    static func job(_ name: String, among jobs: [Job]) throws(Fault) -> Job {
        if let job = jobs.first(where: { $0.name == name }) { return job }
        let suggestion = Suggestion.closest(to: name, among: jobs.map(\.name)).map { " — did you mean '\($0)'?" } ?? ""
        throw Fault(
            .jobUnknown, .stop, "There is no job '\(name.prefix(64))'\(suggestion)",
            hint: "pdex jobs list  shows their names.")
    }

    private static func check(
        _ name: String, _ what: String, among known: [String], _ path: String, _ report: inout FileReport
    ) {
        guard !known.contains(name) else { return }
        report.report(
            "there is no \(what) '\(name)' in the configuration; it has: \(known.joined(separator: ", "))", path: path,
            position: nil, suggestion: Suggestion.closest(to: name, among: known))
    }
}
