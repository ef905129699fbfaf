import FHIR
import Foundation
import Jobs
import Logging
import PDex
import PDexTesting
import Pipeline
import Synchronization

@testable import PDexCLI

/// Everything that a night may show to anybody other than the member, to be searched for what it must not show.
struct Canary: Sendable {
    /// Joe and Ada under names, dates and numbers that occur nowhere else.
    static let members = [
        NamedMember("joe", "Quillonjo", "Zanthorpe", born: "1931-03-17", memberID: "QZM-77123901"),
        NamedMember("ada", "Wyverna", "Xochilter", born: "1929-11-23", memberID: "QZM-88456702"),
    ]

    /// A person's name as it may appear instead of a code: letters only.
    static let word = "Vermilionsky"
    /// Words about a person in a server's reason for a refusal.
    static let sentence = "patient Brackenfold born 1917-05-29 lives in Tamarisk Lane"

    /// What must be nowhere.
    static var needles: [String] {
        members.flatMap { [$0.given, $0.family, $0.born, $0.memberID ?? ""] }
            + [word, "Brackenfold", "1917-05-29", "Tamarisk", "secret-token-"] + TestKeys.material
    }

    private let night: HostileNight
    private let told: Heard

    /// Listens to a night.
    init(_ night: HostileNight) {
        self.night = night
        told = night.heard
    }

    /// Runs the job twice, the second time with an honest clinic, delivers what waits, and collects what is shown.
    func shown(healing: Bool = true) async throws -> String {
        var texts: [String] = []
        for name in ["night-1", "night-2"] {
            do {
                let report = try await night.run(name)
                texts.append(String(decoding: report.json.serialized(), as: UTF8.self))
                texts.append(BalanceSheet(report: report).text)
                texts.append("\(report)")
            } catch let fault as Fault {
                texts += ["\(fault)", String(reflecting: fault), fault.message, fault.hint ?? ""]
            } catch {
                texts.append("\(error) \(String(reflecting: error))")
            }
            night.night.clock.advance(seconds: 86_400)
            if healing { night.clinic.heal() }
        }
        _ = try? await night.pipeline.deliver()
        texts += try await exchanges() + events()
        return texts.joined(separator: "\n")
    }

    /// Every needle in a text, and every part of an assertion that was sent to the clinic.
    func found(in text: String) -> [String] {
        let assertions = night.clinic.listener.received.compactMap { $0.parameter("client_assertion") }
        let parts = assertions.flatMap { $0.split(separator: ".").map { String($0.prefix(24)) } }
        let text = text.replacing("\0", with: " ").lowercased()
        return Set(Self.needles + parts).filter { strstr(text, $0.lowercased()) != nil }.sorted()
    }

    /// What `exchanges list` and `exchanges show` print of every exchange, and the whole audit trail.
    private func exchanges() async throws -> [String] {
        let pipeline = night.pipeline
        let operations = Operations(
            store: night.night.store, clock: night.night.clock, identities: night.night.identities, actor: "tests",
            owner: "tests", ownerIsGone: { _ in false }, pipeline: { _ in pipeline })
        var texts: [String] = []
        for exchange in try await operations.exchanges(ExchangeFilter(), limit: 100) {
            let detail = try await operations.show(exchange.id)
            texts.append(String(decoding: exchange.json.serialized(), as: UTF8.self))
            texts.append(String(decoding: detail.json.serialized(), as: UTF8.self))
            texts.append(ExchangeSheet(detail: detail, options: "").text)
        }
        let audit = try await night.night.store.read { try $0.audit(after: 0, limit: 10_000) }
        let runs = try await night.night.store.read { reader in
            try ["night-1", "night-2"].compactMap { try reader.run($0) }.map { "\($0)" }
        }
        return texts + audit.map { "\($0)" } + runs
    }

    /// What the run reported, as in the log and as in the progress display.
    private func events() -> [String] {
        let lines = Lines()
        let clock = night.night.clock
        var logger = Logger(label: "pdex") { JSONLogHandler(label: $0, clock: clock, write: lines.add) }
        logger.logLevel = .trace
        let progress = RunProgress(style: .lines, write: lines.add)
        for event in told.events {
            logger.note(event)
            progress.show(event)
        }
        progress.end()
        return lines.all + told.events.map { "\($0)" }
    }

    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        @Sendable func add(_ line: String) { kept.withLock { $0.append(line) } }
    }
}
