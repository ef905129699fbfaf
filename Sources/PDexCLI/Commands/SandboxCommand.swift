import ArgumentParser
import FHIR
import Foundation
import PDex
import Sandbox

/// `pdex sandbox`: the built-in clinic and payer, until Ctrl-C.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve an invented clinic and payer on loopback ports, until Ctrl-C.",
        discussion: HelpText.with(
            "Both have authorization servers that check signatures, audiences and scopes. The folder gets a pdex.yaml "
                + "and keys that fit; in another shell:  pdex run nightly-payer-sync --config DIR/pdex.yaml",
            examples: [
                "pdex sandbox", "pdex sandbox --fail 5% --throttle 5% --drop-response 1%",
                "pdex sandbox --clinic-data ./ndjson --write-config ./try",
                "pdex sandbox --no-export --latency 50", "pdex sandbox --cards --member-match 1.0.0",
            ]))

    @Option(help: ArgumentHelp("Another seed invents other people and another order of faults.", valueName: "number"))
    var seed = 1

    @Option(help: ArgumentHelp("How many people to invent.", valueName: "count"))
    var members = 50

    @Option(help: ArgumentHelp("Serve a clinic's data instead: *.ndjson, *.ndjson.gz or Bundles.", valueName: "dir"))
    var clinicData: String?

    @Option(help: ArgumentHelp("Where Med0 keeps what it is sent. (default: in the folder)", valueName: "file"))
    var med0File: String?

    @Option(help: ArgumentHelp("How many submissions Med0 answers with 503, such as 5%.", valueName: "share"))
    var fail = Share.none

    @Option(help: ArgumentHelp("How many submissions Med0 answers with 429, such as 5%.", valueName: "share"))
    var throttle = Share.none

    @Option(
        help: ArgumentHelp("How many submissions are carried out without an answer, such as 1%.", valueName: "share"))
    var dropResponse = Share.none

    @Flag(help: "Give Clinic0 the insurance cards of those whose member id it does not have on file.")
    var cards = false

    @Option(
        help: ArgumentHelp(
            "As in which version of HRex Med0 answers $member-match: 1.0.0, 1.2.0.", valueName: "version"))
    var memberMatch = "1.2.0"

    @Option(help: ArgumentHelp("The port of Clinic0.", valueName: "port"))
    var clinicPort = 18_400

    @Option(help: ArgumentHelp("The port of Med0.", valueName: "port"))
    var payerPort = 18_401

    @Option(help: ArgumentHelp("The folder for pdex.yaml and keys; made when it is missing.", valueName: "dir"))
    var writeConfig = ".pdex-sandbox"

    @Option(
        help: ArgumentHelp(
            "Let clients sign with these public keys, too: a JWK Set, as  pdex keys jwks  prints it.", valueName: "file"
        ))
    var jwks: String?

    @OptionGroup(title: "How Clinic0 behaves")
    var habits: ExportHabitOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard seed >= 0, (1...100_000).contains(members) else {
            throw ValidationError("--seed is not negative; --members is a number from 1 to 100000.")
        }
        guard MemberMatchShape(rawValue: memberMatch) != nil else {
            throw ValidationError("--member-match is 1.0.0 or 1.2.0.")
        }
        guard [clinicPort, payerPort].allSatisfy({ (1...65_535).contains($0) }) else {
            throw ValidationError("--clinic-port and --payer-port are numbers from 1 to 65535.")
        }
        guard clinicPort != payerPort else {
            throw ValidationError("--clinic-port and --payer-port are both \(clinicPort); each server needs its own.")
        }
    }

    func run() async throws {
        let folder = SandboxFolder(
            path: writeConfig.count > 1 && writeConfig.hasSuffix("/") ? String(writeConfig.dropLast()) : writeConfig)
        // Nothing is written unless it can be served.
        _ = try ProjectFiles.find()
        let lock = try SandboxLock(folder)
        defer { withExtendedLifetime(lock) {} }
        try Self.insistOnFree(["--clinic-port": clinicPort, "--payer-port": payerPort])
        let settings = settings(of: folder)
        try folder.make(settings)
        var options = try folder.options(
            settings,
            faults: SandboxFaults(
                failFraction: fail.fraction, throttleFraction: throttle.fraction,
                dropResponseFraction: dropResponse.fraction))
        options.export = habits.habits
        options.latencyMilliseconds = habits.latency
        options.hasCards = cards
        options.memberMatch = MemberMatchShape(rawValue: memberMatch) ?? .uniqueMember
        options.clinicPort = clinicPort
        options.payerPort = payerPort
        options.med0File = med0File ?? folder.med0
        if let jwks { options.clientKeys.add(try SandboxFolder.publicKeys(inFile: jwks)) }
        output.progress.say(clinicData.map { "loading \($0)" } ?? "inventing \(members.of("member"))")
        let sandbox = try SandboxFolder.sandbox(options)
        do {
            try await serve(sandbox, folder)
        } catch _ where Interruption.wasRequested {
            output.progress.say("stopped")
        }
    }

    /// Serves until somebody says to stop.
    private func serve(_ sandbox: SandboxServers, _ folder: SandboxFolder) async throws {
        let results = output.results
        let progress = output.progress
        try await SandboxFolder.running(sandbox) { clinic, payer in
            results.write(
                ["clinic": .string(clinic), "payer": .string(payer), "configuration": .string(folder.configuration)],
                text: """
                    Clinic0  \(clinic)
                    Med0     \(payer)

                    next, in another shell:
                      \(ProgramName.current.text) run nightly-payer-sync --config \(folder.configuration.typedInShell)
                    """)
            var most = 0
            while true {
                // Checks every second for new drops.
                try await SystemClock().sleep(seconds: 1)
                if sandbox.mostDeliveriesAtOnce > most {
                    most = sandbox.mostDeliveriesAtOnce
                    progress.say("deliveries at once at most: \(most)")
                }
                let drops = try sandbox.takeDrops()
                if drops.taken > 0 { progress.say("Med0 took \(drops.taken.of("drop"))") }
                for refusal in drops.refused { progress.say("Med0 refused the drop \(refusal)") }
            }
        }
    }

    /// Every port must be free. Throws `usage.invalid` with the one that is not; `obstacle` tells the `errno` of binding it.
    static func insistOnFree(
        _ ports: KeyValuePairs<String, Int>, obstacle: (Int) -> Int32? = LoopbackPort.obstacle(to:)
    ) throws(Fault) {
        for (option, port) in ports {
            guard let number = obstacle(port) else { continue }
            guard number != EADDRINUSE else {
                throw Fault(
                    .usage, .stop, "Somebody listens on port \(port) of this machine already.",
                    hint: "Name a free one with  \(option) , or stop who listens there.")
            }
            throw Fault(
                .usage, .stop, "Port \(port) of this machine cannot be bound: \(String(cString: strerror(number))).",
                hint: "Name another with  \(option) .")
        }
    }

    /// The story ends on the same day as last time, so that a restart does not make everything new.
    private func settings(of folder: SandboxFolder) -> SandboxSettings {
        let now = SystemClock().now()
        let midnight = now.adding(milliseconds: -(now.milliseconds % 86_400_000))
        var settings = SandboxSettings(asOf: (try? folder.settings())?.asOf ?? midnight)
        settings.seed = seed
        settings.members = members
        settings.clinicData = clinicData
        settings.clinicPort = clinicPort
        settings.payerPort = payerPort
        return settings
    }
}
