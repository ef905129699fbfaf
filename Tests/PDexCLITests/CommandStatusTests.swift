import PDex
import Testing

@testable import PDexCLI

@Suite("Exit codes")
struct CommandStatusTests {
    /// Every code that ends a command with a status other than plain failure.
    private static let special: [CommandStatus: Set<FaultCode>] = [
        .usage: [
            .usage, .configInvalid, .configMissing, .jobInvalid, .jobUnknown, .exchangeUnknown,
            .exchangeAmbiguous, .memberUnknown, .memberAmbiguous, .matchGroupUnknown,
            .matchGroupStale, .requestInvalid, .requestConflict, .requestUnknown, .runUnknown,
            .mappingInvalid,
            .packageUnusable,
            .keyMissing, .keyExposed, .keyUnusable, .storeNewer,
            .storeExposed,
        ],
        .authentication: [
            .authDiscovery, .authMethod, .authInvalidClient, .authInvalidScope, .authInvalidRequest,
            .authScopeNotGranted, .authTokenRefused, .authForbidden,
        ],
        .unreachable: [
            .remoteUnreachable, .remoteTLS, .remoteTimeout, .remoteThrottled, .remoteFailed, .payerFolder,
        ],
        .partial: [.unbalanced], .locked: [.storeLocked, .runInProgress, .folderInUse, .requestDeskFull],
        .interrupted: [.interrupted],
    ]

    @Test("every fault has its exit code", arguments: FaultCode.allCases)
    func faults(_ code: FaultCode) {
        let expected = Self.special.first { $0.value.contains(code) }?.key ?? .failed

        #expect(CommandStatus(code) == expected)
    }

    @Test(
        "a run ends as its state says",
        arguments: [
            (Run.State.complete, CommandStatus.success), (.partial, .partial), (.failed, .failed), (.running, .failed),
        ])
    func runs(state: Run.State, status: CommandStatus) {
        #expect(CommandStatus(state) == status)
    }

    @Test("the numbers are those that scripts rely on")
    func numbers() {
        #expect(CommandStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 75, 130])
    }

    @Test(
        "arguments that are wrong are a usage error, with the line that says how",
        arguments: [
            ["run"], ["run", "a", "--bogus"], ["nonsense"], ["exchanges", "list", "--state", "lost"], ["replay"],
            ["run", "a", "--demo", "--config", "x"], ["sandbox", "--fail", "500%"], ["request", "../etc"],
        ])
    func usage(_ arguments: [String]) async {
        let heard = Heard()

        let status = await PDexMain.status(of: arguments, errors: heard.hear)

        #expect(status == .usage)
        #expect(heard.text.hasPrefix("usage.invalid: "))
        #expect(heard.text.contains("Usage: pdex"))
    }

    @Test("a command that is misspelt is guessed")
    func misspelt() async {
        let heard = Heard()

        let status = await PDexMain.status(of: ["exchagnes", "list"], errors: heard.hear)

        #expect(status == .usage)
        #expect(heard.text.hasPrefix("usage.invalid: There is no command 'exchagnes' — did you mean 'exchanges'?\n"))
    }

    @Test(
        "help for a command that is not there is refused, at any depth",
        arguments: [
            (["help", "exchagnes"], "'exchagnes' — did you mean 'exchanges'?\nUsage: pdex <subcommand>\n"),
            (["help", "queue", "pasue"], "'queue pasue' — did you mean 'pause'?\nUsage: pdex queue <subcommand>\n"),
        ])
    func unknownHelp(arguments: [String], said: String) async {
        let heard = Heard()

        let status = await PDexMain.status(of: arguments, errors: heard.hear)

        #expect(status == .usage)
        #expect(heard.text.hasPrefix("usage.invalid: There is no command " + said))
    }

    @Test("a fault is told in its own words")
    func fault() async {
        let heard = Heard()

        let status = await PDexMain.status(of: ["run", "a", "--config", "nowhere.yaml"], errors: heard.hear)

        #expect(status == .usage)
        #expect(
            heard.text == """
                config.missing: There is no configuration file nowhere.yaml.
                  hint: Run in the folder that holds pdex.yaml, give --config FILE, or try  pdex demo.
                  docs: docs/reference/errors.md#config-missing

                """)
    }
}
