import FHIR
import Foundation
import PDex
import PDexTesting
import Pipeline

/// A process that is killed under a fault, and another one that resumes its run from the store's file.
struct KillTrial: Sendable {
    /// The outcome.
    struct Outcome: Sendable {
        /// The boundaries that the first process passed; it was killed at the last of them.
        var boundaries: [String] = []
        /// Whether it was killed at all.
        var isKilled = false
        /// Whether its run was closed when it ended.
        var isClosed = false
        /// Whether the clinic had started an export that the store did not know of yet.
        var isInWindow = false
        /// Whether the clinic had been told to drop the export, because nothing would come of it.
        var isDropped = false
        /// How the run ended, and the one after it, if there was one.
        var endings: [String] = []
        /// The message of the fault with which the resumed run broke off.
        var message = ""
        var staged: [String: [UInt8]] = [:]
        /// What the payer holds except Provenance, without the times of runs.
        var held: [String: JSONValue] = [:]
        /// The watermarks after the resumed run.
        var watermarks: [Instant?] = []
        /// What was complete in the store, and was nevertheless fetched again.
        var fetchedAgain: [String] = []
        /// The most exports that existed at the clinic at one time.
        var exports = 0

        /// At how many boundaries a kill leaves something to resume: a run that is closed is over.
        var open: Int {
            isClosed ? (boundaries.lastIndex(of: "after a commit") ?? 0) : boundaries.count
        }
    }

    let line: FaultLine
    /// The number of the boundary at which the first process ends.
    var end = Int.max

    /// Carries out the trial.
    func outcome() async throws -> Outcome {
        let place = try TemporaryPlace(.memory)
        let night = try HostileNight(under: line)
        let life = Lifetime(endingAt: end)
        var outcome = Outcome()
        let first = try night.process("first", at: place.path, life: life)
        outcome.endings = [await first.ending("night-1")]
        outcome.boundaries = life.boundaries
        outcome.isKilled = life.isOver
        let second = try night.process("second", at: place.path, life: Lifetime())
        outcome.isClosed = try await second.store.read { try $0.run("night-1") }?.state ?? .running != .running
        if outcome.isKilled {
            let progress = try await second.store.read { try $0.pullProgress(run: "night-1") }
            outcome.isInWindow = night.clinic.kickOffs > 0 && progress["export"] == nil
            outcome.isDropped = night.clinic.count("delete") > 0
            let heard = night.clinic.listener.received.count
            outcome.endings = [await second.ending("night-1")]
            outcome.message = second.heard.fault?.message ?? ""
            let asked = night.clinic.listener.received.dropFirst(heard)
            outcome.fetchedAgain = asked.filter { Self.isWhole($0, progress) }.map(\.target)
        }
        outcome.exports = night.clinic.mostExports
        outcome.watermarks = try await second.watermarks()
        if outcome.endings != ["complete"] {
            night.clinic.heal()
            try night.clinic.listener.restart()
            night.night.clock.advance(seconds: 86_400)
            outcome.endings.append(await second.ending("night-2"))
        }
        outcome.staged = try await second.staged()
        outcome.held = night.night.payer.held.values.contents
        return outcome
    }

    /// What is wrong with an outcome, compared with that of the same fault without a kill.
    func wrongs(_ outcome: Outcome, beside calm: Outcome, _ whole: FaultFreeRun) -> [String] {
        var wrongs: [String] = []
        func expect(_ isRight: Bool, _ words: String) {
            if !isRight { wrongs.append("killed \(end) (\(outcome.boundaries.last ?? "")): \(words)") }
        }
        expect(outcome.endings == calm.endings, "\(outcome.endings) in place of \(calm.endings); \(outcome.message)")
        expect(outcome.staged == whole.expected(after: line), "something else is staged")
        expect(outcome.watermarks == calm.watermarks, "the watermarks are \(outcome.watermarks)")
        expect(outcome.held == calm.held, "the payer holds something else")
        expect(outcome.isDropped || outcome.fetchedAgain == [], "fetched once more: \(outcome.fetchedAgain)")
        expect(
            outcome.exports <= max(1, calm.exports) + (outcome.isInWindow ? 1 : 0),
            "\(outcome.exports) exports stood at the clinic")
        return wrongs
    }

    /// Whether a request asks for a file or a patient that was complete.
    private static func isWhole(_ request: ArrivedRequest, _ progress: [String: String]) -> Bool {
        let patient = request.parameter("patient").map { "patient:" + $0 }
        return progress.contains { unit, cursor in
            cursor == "done" && unit == patient || unit.hasPrefix("file:") && cursor.hasSuffix(request.path)
        }
    }
}
