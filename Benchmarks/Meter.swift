import Foundation
import Synchronization

/// The CPU seconds of pieces of work, and the largest resident set after any of them.
final class Meter: Sendable {
    private let state = Mutex((seconds: 0.0, pages: 0))

    func measure(_ work: () throws -> Void) rethrows {
        let before = Usage.own.cpuSeconds
        try work()
        let spent = Usage.own.cpuSeconds - before
        let pages = Self.residentPages
        state.withLock { $0 = ($0.seconds + spent, max($0.pages, pages)) }
    }

    var seconds: Double { state.withLock { $0.seconds } }

    var megabytes: Int { (state.withLock { $0.pages } * Int(getpagesize())) >> 20 }

    private static var residentPages: Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
