import ArgumentParser
import FHIR
import Jobs
import PDex
import Pipeline

/// `pdex request`: one member's data, on demand.
struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Carry one member's data now.",
        discussion: HelpText.with(
            "It is kept first and then answered here, beside whatever runs; a service that is quicker is waited for. With --queue it is left to  pdex serve ; "
                + "pdex requests  tells where it stands.",
            examples: [
                "pdex request --member M0-000012-01 --payer med0",
                "pdex request --patient pat-000012 --types Encounter,Condition",
                "pdex request --member 'https://med0.example/fhir/member-id|M0-000012-01'",
                "pdex request --patient pat-000012 --since 2026-01-01T00:00:00Z --queue --wait",
            ]))

    @Option(
        help: ArgumentHelp(
            "The member's id at the plan: SYSTEM|VALUE, or VALUE where pdex.yaml has the payer's member-system; - reads it.",
            valueName: "id"))
    var member: String?

    @Option(help: ArgumentHelp("The id of the Patient at the clinic.", valueName: "id"))
    var patient: String?

    @Argument(help: ArgumentHelp("The same as --patient.", valueName: "patient"))
    var clinicPatient: String?

    @Option(help: "The job to do it by. (default: the one that is there for requests)")
    var job: String?

    @Option(help: ArgumentHelp("The payer who asks, when that tells the job.", valueName: "name"))
    var payer: String?

    @Option(help: ArgumentHelp("Only what changed since.", valueName: "instant"))
    var since: Instant?

    @Option(help: ArgumentHelp("Only these of the job's types, separated by commas.", valueName: "types"))
    var types: String?

    @Option(help: ArgumentHelp("A word that makes the same demand the same one again.", valueName: "word"))
    var idempotencyKey: String?

    @Flag(help: "Leave it to pdex serve.")
    var queue = false

    @Flag(help: "With --queue: wait until it is answered.")
    var wait = false

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let patients = [patient, clinicPatient].compactMap(\.self)
        guard patients.count + (member == nil ? 0 : 1) == 1 else {
            throw ValidationError("Say whose: --member ID (the plan's) or --patient ID (the clinic's), one of them.")
        }
        guard member.map(MemberDemand.isMemberID) ?? MemberDemand(patient: patients[0]).namesAPatient else {
            throw ValidationError(
                member == nil
                    ? "--patient is a FHIR id: at most 64 letters, digits, dots and dashes."
                    : "--member is VALUE or SYSTEM|VALUE, at most 512 characters.")
        }
        guard queue || !wait else {
            throw ValidationError("--wait goes with --queue; without it the end is awaited anyway.")
        }
    }

    func run() async throws {
        let progress = output.progress
        let demand = try demand()
        if queue { return try await leave(demand, progress) }
        let options = configuration.repeated
        let answer: RequestAnswer = try await configuration.reaching { [job, payer, output] configuration in
            let job = try RequestJobs(JobFolder.load(configuration)).job(job, payer: payer)
            progress.say("\(job.name): one member, \(job.clinic) → \(job.payer)")
            let assembly = try Assembly(configuration, observer: progress.show)
            let request = try await assembly.operations.accept(demand, by: job)
            progress.say("request \(request.id) is kept")
            return try await Self.keeping(request.id, options) {
                try await output.reporting(progress) {
                    try await assembly.servingFiles(note: { progress.say($0) }) {
                        let operations = assembly.operations
                        return try await operations.settling { try await operations.answer(accepted: request) }
                    }
                }
            }
        }
        progress.end()
        switch answer {
        case .here(let report):
            let sheet = BalanceSheet(report: report, options: configuration.repeated, isOfRequest: true)
            output.results.write(report.json, text: sheet.text)
            try Ending.check(CommandStatus(report.state))
        case .elsewhere(let detail): try tell(elsewhere: detail)
        }
    }

    /// What a service came to that was quicker: to programs its run's report, as if it had been made here.
    private func tell(elsewhere detail: MemberRequestDetail) throws {
        let sheet = RequestSheet(detail: detail, now: SystemClock().now(), options: configuration.repeated)
        let report = try? JSONParser.parse(detail.run?.summary ?? [])
        output.results.write(report ?? sheet.json, text: sheet.text)
        let isCarried = [.inProgress, .completed].contains(detail.request.state)
        try Ending.check(isCarried ? detail.run.map { CommandStatus($0.state) } ?? .failed : .failed)
    }

    /// The current state of a request, or its end if that is awaited.
    private func awaited(
        _ id: String, by assembly: Assembly, _ progress: RunProgress
    ) async throws -> MemberRequestDetail {
        var detail = try await assembly.operations.show(request: id)
        var said = RequestWait()
        while wait, detail.request.state.isOpen {
            if let line = said.line(detail) { progress.say(ProgramName.current.inserted(into: line)) }
            try await assembly.clock.sleep(seconds: 1)
            detail = try await assembly.operations.show(request: id)
        }
        return detail
    }

    /// Works on a request that is kept: whoever interrupts that is told so, since the same command would make a second.
    private static func keeping<Value>(
        _ id: String, _ options: String, _ work: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await work()
        } catch {
            guard Interruption.wasRequested else { throw error }
            Terminal.write(ProgramName.current.inserted(into: words(kept: id, options: options) + "\n"), to: 2)
            throw Ending(status: .interrupted)
        }
    }

    /// What becomes of a request whose command was interrupted.
    static func words(kept id: String, options: String) -> String {
        let suffix = options.isEmpty ? "" : " " + options
        return "run.interrupted: request \(id) is kept:  pdex serve\(suffix)  answers it, or  "
            + "pdex requests cancel \(id) --reason TEXT\(suffix)"
    }

    /// What is asked for; arguments can be seen by whoever lists processes, so that the member's id may come by
    /// standard input instead.
    private func demand() throws -> MemberDemand {
        let member = member == "-" ? readLine() ?? "" : member
        guard member.map(MemberDemand.isMemberID) ?? true else {
            throw Fault(
                .requestInvalid, .stop, "The first line of standard input is no member id.",
                hint: "Write VALUE or SYSTEM|VALUE, at most 512 characters.")
        }
        var demand =
            member.map { MemberDemand(memberID: $0) } ?? MemberDemand(patient: patient ?? clinicPatient ?? "")
        demand.since = since
        demand.types = (types ?? "").split(separator: ",").map(String.init)
        demand.key = idempotencyKey
        return demand
    }

    /// Accepts the demand, and leaves it to the service.
    private func leave(_ demand: MemberDemand, _ progress: RunProgress) async throws {
        let settings = try configuration.load()
        let job = try RequestJobs(JobFolder.load(settings)).job(job, payer: payer)
        let assembly = try Assembly(settings)
        let request = try await assembly.operations.accept(demand, by: job)
        let detail = try await Self.keeping(request.id, configuration.repeated) {
            try await awaited(request.id, by: assembly, progress)
        }
        progress.end()
        let sheet = RequestSheet(detail: detail, now: assembly.clock.now(), options: configuration.repeated)
        output.results.write(sheet.json, text: sheet.text)
        try Ending.check(wait && detail.request.state != .completed ? .failed : .success)
    }
}
