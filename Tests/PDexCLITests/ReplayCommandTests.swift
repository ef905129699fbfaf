import ArgumentParser
import FHIR
import PDex
import Testing

@testable import Jobs
@testable import PDexCLI

@Suite("pdex replay")
struct ReplayCommandTests {
    @Test("the same selection is the same words, however it was given; another state, fault, time or number is another")
    func words() throws {
        let said = try Self.words(["--where", "payer:med0 fault:payer.refused state:parked,withheld"])
        let same = [
            ["--where", "state:withheld  payer:med0 state:parked fault:payer.refused"],
            ["--payer", "med0", "--state", "withheld", "--state", "parked", "--fault", "payer.refused"],
        ]
        let others = [
            "payer:med0 fault:payer.refused state:parked", "payer:med0 state:parked,withheld", "payer:med0",
            "payer:med0 fault:payer.refused state:parked,withheld since:2d",
            "payer:med0 fault:payer.refused state:parked,withheld until:2d",
        ].map { ["--where", $0] }

        #expect(said == "fault:payer.refused payer:med0 state:parked state:withheld")
        #expect(try same.map(Self.words) == [said, said])
        #expect(try Set(others.map(Self.words) + [said]).count == others.count + 1)
        #expect(try Self.words(["--job", "nightly", "--run", "r", "--limit", "7"]) == "job:nightly limit:7 run:r")
    }

    @Test("it is asked about what was selected, and about what would be gone on with besides")
    func questions() {
        let begun = BegunReplay(run: "r", isAsDemanded: true, waiting: 50, others: 40)

        #expect(ReplayCommand.question(10, []) == "Replay 10 exchanges?")
        #expect(
            ReplayCommand.question(10, [begun])
                == "Replay 10 exchanges, and go on with 1 replay in which 50 exchanges wait?")
        #expect(
            ReplayCommand.question(nil, [begun])
                == "Replay what is named, and go on with 1 replay in which 50 exchanges wait?")
        #expect(ReplayCommand.question(nil, [BegunReplay(run: "r", isAsDemanded: true, waiting: 1)]) == nil)
        #expect(
            ReplayCommand.question(nil, [BegunReplay(run: "r", isAsDemanded: false, waiting: 1)])
                == "Replay what is named, and go on with 1 replay in which 1 exchange wait, begun with other options or "
                + "another reason?")
        #expect(ReplayCommand.question(nil, []) == nil)
        #expect(ReplayCommand.question(0, []) == nil)
    }

    @Test("what the same command had replayed before is told, and ends the command as that stands now")
    func already() {
        let (there, parked) = (
            ReplayOutcome.already("a", by: ExchangeLine(id: "x", state: .acknowledged, reason: nil)),
            ReplayOutcome.already("b", by: ExchangeLine(id: "y", state: .parked, reason: .payerRefused))
        )

        #expect(ReplayCommand.status(of: [there]) == .success)
        #expect(ReplayCommand.status(of: [there, parked]) == .partial)
        #expect(
            ReplaySheet(outcomes: [there, parked]).text == """
                a  already replayed as x  acknowledged
                b  already replayed as y  parked (payer.refused)
                """)
        #expect(parked.json["outcome"] == "already-replayed" && parked.json["by"]?["id"] == "y")
    }

    private static func words(_ options: [String]) throws -> String {
        try ReplayCommand.parse(options + ["--reason", "a test"]).selection.words
    }
}
