import Foundation
import Testing

@testable import PDexCLI

/// `make powercuts`: what a disk may hold after the power is cut during a small night (reliability D8).
@Suite(
    "The power is cut anywhere in a small night", .serialized, .timeLimit(.minutes(120)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")))
struct PowerCutTests {
    @Test("no commit that had come back is lost, no image is damaged; on disks that lie, commits are lost")
    func images() async throws {
        try await withTemporaryFolder { place in
            let recording = try await Self.recording(in: place + "/night")
            #expect(recording.commits.count > 20)
            let cuts = try await PowerCuts(recording, in: place)
            #expect(cuts.distinctStates > 20)
            print(
                "powercuts: \(recording.events.count) events, \(recording.commits.count) commits,",
                "\(recording.pagesMoved) pages moved, \(cuts.distinctStates) states")

            let honest = try await cuts.figures(Self.count, seed: Self.seed, .all)
            print(honest)
            #expect(honest.images == Self.count && honest.losing == 0 && honest.damaged == 0, "\(honest)")

            // The same check on a disk that does not sync: a campaign that cannot fail proves nothing.
            let deaf = try await cuts.figures(Self.count / 5, seed: Self.seed, .none)
            print(deaf)
            #expect(deaf.losing + deaf.damaged > 0, "\(deaf)")
            let lazy = try await cuts.figures(Self.count / 5, seed: Self.seed, .notForLog)
            print(lazy)
            #expect(lazy.losing > 0, "\(lazy)")
        }
    }

    /// A night from an empty store, and the same command again.
    private static func recording(in place: String) async throws -> DiskRecording {
        try await SandboxNight.with(data: nil, in: place, members: 3) { night in
            let store = place + "/cut/pdex.db"
            try FileManager.default.createDirectory(
                atPath: place + "/cut", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let text = try String(contentsOfFile: night.folder.configuration, encoding: .utf8)
            try text.replacing("./pdex.db", with: "./cut/pdex.db")
                .write(toFile: night.folder.configuration, atomically: true, encoding: .utf8)
            var recording = DiskRecording(store: store)
            for number in 1...2 {
                let log = "\(place)/calls-\(number)"
                let process = try CrashTrial.start(
                    ["/usr/bin/env"] + DiskRecording.strace(into: log) + CrashTrial.command(night))
                process.waitUntilExit()
                #expect([0, 3].contains(process.terminationStatus))
                try recording.read(log: log)
            }
            return recording
        }
    }

    private static func number(_ name: String, or usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    private static let count = number("PDEX_POWER_CUTS", or: 200)
    private static let seed = UInt64(number("PDEX_POWER_SEED", or: 1))
}
