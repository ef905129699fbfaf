import FHIR
import FHIRClient
import Foundation
import Jobs
import Mappings
import PDex
import SQLiteStore

/// Checks everything that a night needs, and says what is wrong and what to do about it.
struct Doctor: Sendable {
    private(set) var findings: [DoctorFinding] = []
    /// What follows `pdex …` in the commands to type next, such as `--demo`.
    var options = ""

    /// Checks the configuration that `load` reads, and the servers if `reaches`.
    mutating func examine(_ load: () throws -> Configuration, reaches: Bool) async {
        await check("versions") { "pdex \(Version.current), \(LibraryVersions.text)" }
        var configuration: Configuration?
        await check("configuration") {
            let loaded = try load()
            configuration = loaded
            return "\(loaded.path): \(loaded.clinics.count.of("clinic")), \(loaded.payers.count.of("payer"))"
        }
        guard let configuration else { return }
        await check("keys") {
            try await ConfigCommand.Check.checkKeys(configuration)
            return configuration.keys
        }
        var jobs: [Job] = []
        await check("jobs") {
            jobs = try JobFolder.load(configuration)
            return jobs.map(\.name).joined(separator: ", ")
        }
        let more = ConfigurationCheck(configuration: configuration, jobs: jobs)
        await check("mappings") {
            try more.checkMappings()
            let folders = MappingFolders(path: configuration.mappings, packages: configuration.packages)
            return try folders.names.map {
                "\($0) (\(try folders.loadWithContext($0).set.mappings.count.of("mapping")))"
            }
            .joined(separator: ", ")
        }
        await check("sensitivity") {
            let lists = try SensitivityLists.load(configuration).categories
            return lists.isEmpty
                ? "labels only: there is no folder \(configuration.mappings)/\(SensitivityFolder.name)"
                : lists.map { "\($0.name) (\($0.count))" }.joined(separator: ", ")
        }
        if configuration.payers.contains(where: { !$0.coverage.isServed || !$0.consent.isServed }) {
            await check("files of records") {
                try more.checkRecords()
                return "all there"
            }
        }
        findings += more.warnings
        for payer in configuration.payers {
            guard let folder = payer.dropFolder else { continue }
            await check("drops for \(payer.server.name)") {
                if let fault = DropPayer.flaw(of: folder, payer: payer.server.name) { throw fault }
                return folder
            }
        }
        await examineStore(configuration)
        if reaches { await examineServers(configuration) }
    }

    /// The exit status of the process: the first failure's.
    var status: CommandStatus { findings.first { $0.verdict == .fail }?.status ?? .success }

    private mutating func examineStore(_ configuration: Configuration) async {
        await check("disk") { try DiskRoom.demand(for: configuration.store) }
        guard FileManager.default.fileExists(atPath: configuration.store) else {
            findings.append(
                DoctorFinding(
                    verdict: .warn, subject: "store", found: "\(configuration.store) is not there yet",
                    next: ProgramName.current.inserted(into: "the first  pdex run  makes it")))
            return
        }
        var paused: [DoctorFinding] = []
        let options = options
        await check("store") {
            let secret = try IdentitySecret.load(path: configuration.identitySecret, storeExists: true)
            let store = try SQLiteExchangeStore.open(
                path: configuration.store, digests: Assembly.digests,
                identities: Identities(secret: secret, digests: Assembly.digests))
            let statistics = try await store.read { try $0.statistics() }
            let parked = try await store.read {
                try $0.exchanges(matching: ExchangeFilter(states: [.parked]), limit: 1000)
            }
            let waiting = parked.isEmpty ? "" : ", \(parked.count.of("parked exchange"))"
            let (holds, breakers) = try await store.read { (try $0.holds(), try $0.breakers()) }
            paused = Self.paused(holds, breakers, options)
            return "\(configuration.store), \(statistics.fileBytes.asBytes)\(waiting)"
        }
        findings += paused
    }

    /// What is held back, and payers that are left alone for a while: their bundles wait.
    private static func paused(_ holds: [Hold], _ breakers: [CircuitBreaker], _ options: String) -> [DoctorFinding] {
        func resume(_ what: String) -> String {
            [ProgramName.current.text, "queue resume", what, options].filter { !$0.isEmpty }.joined(separator: " ")
        }
        let held = holds.map { hold in
            DoctorFinding(
                verdict: .warn, subject: "queue",
                found: "\(hold.subject.rawValue) \(hold.name) is paused since \(hold.at.text), because: \(hold.reason)",
                next: resume("\(hold.subject.rawValue) \(hold.name)"))
        }
        let now = SystemClock().now()
        let closed = breakers.filter { $0.isLeftAlone(at: now) }.map { breaker in
            DoctorFinding(
                verdict: .warn, subject: "queue", found: breaker.words(at: now), next: resume("payer \(breaker.payer)"))
        }
        return held + closed
    }

    /// The probe compares clocks as well: a token is refused when they differ by minutes.
    private mutating func examineServers(_ configuration: Configuration) async {
        do {
            for finding in try await AuthFindings.collect(configuration, only: nil).all {
                let subject = "\(finding.server): \(finding.step.name)"
                switch finding.step.verdict {
                case .passed(let found): findings.append(DoctorFinding(verdict: .ok, subject: subject, found: found))
                case .failed(let fault): findings.append(Self.finding(subject, fault))
                }
            }
        } catch {
            findings.append(Self.finding("servers", error as? Fault))
        }
    }

    private mutating func check(_ subject: String, _ look: () async throws -> String) async {
        do {
            findings.append(DoctorFinding(verdict: .ok, subject: subject, found: try await look()))
        } catch {
            findings.append(Self.finding(subject, error as? Fault))
        }
    }

    private static func finding(_ subject: String, _ fault: Fault?) -> DoctorFinding {
        guard let fault else {
            return DoctorFinding(
                verdict: .fail, subject: subject, found: "it could not be looked at", next: "try again", status: .failed
            )
        }
        return DoctorFinding(
            verdict: .fail, subject: subject, found: "\(fault.code.rawValue): \(fault.message)",
            next: fault.hint ?? fault.documentation, status: CommandStatus(fault.code))
    }
}
