import FHIR
import Foundation
import Jobs
import SampleData
import Testing

@Suite("Which ticks of a schedule are due")
struct ScheduleTicksTests {
    @Test("before the next tick there is nothing to do but wait for it")
    func waiting() throws {
        let decision = try nightly().decide(after: at("10T02:15:00"), now: at("10T12:00:00"), isRunning: false)
        #expect(try decision == .wait(until: at("11T02:15:00")))
    }

    @Test("a tick fires when it has come, a moment late if need be")
    func onTime() throws {
        let exact = try nightly().decide(after: at("10T02:15:00"), now: at("11T02:15:00"), isRunning: false)
        let late = try nightly().decide(after: at("10T02:15:00"), now: at("11T02:15:42"), isRunning: false)
        #expect(try exact == .fire(tick: at("11T02:15:00")))
        #expect(try late == .fire(tick: at("11T02:15:00")))
    }

    @Test("a tick that fired does not fire again")
    func once() throws {
        let decision = try nightly().decide(after: at("11T02:15:00"), now: at("11T02:15:00"), isRunning: false)
        #expect(try decision == .wait(until: at("12T02:15:00")))
    }

    @Test("several missed ticks become one run, of the latest")
    func coalescing() throws {
        let schedule = try nightly(catchUp: .seconds(10 * 86_400))
        let decision = try schedule.decide(after: at("01T02:15:00"), now: at("10T12:00:00"), isRunning: false)
        #expect(try decision == .fire(tick: at("10T02:15:00")))
    }

    @Test("a tick is caught up with until it is older than the schedule allows")
    func catchUpWindow() throws {
        let schedule = try nightly(catchUp: .seconds(3600))
        let justInTime = try schedule.decide(after: at("09T02:15:00"), now: at("10T03:15:00"), isRunning: false)
        let tooLate = try schedule.decide(after: at("09T02:15:00"), now: at("10T03:15:01"), isRunning: false)
        #expect(try justInTime == .fire(tick: at("10T02:15:00")))
        #expect(try tooLate == .wait(until: at("11T02:15:00")))
    }

    @Test("without catching up a tick still fires within its minute")
    func noCatchUp() throws {
        let schedule = try nightly(catchUp: .zero)
        let inItsMinute = try schedule.decide(after: at("09T02:15:00"), now: at("10T02:15:59"), isRunning: false)
        let after = try schedule.decide(after: at("09T02:15:00"), now: at("10T02:16:01"), isRunning: false)
        #expect(try inItsMinute == .fire(tick: at("10T02:15:00")))
        #expect(try after == .wait(until: at("11T02:15:00")))
    }

    @Test("a tick that comes while the job runs is passed over or held, as the schedule says")
    func overlap() throws {
        let skipping = try nightly(overlap: .skip)
        let queueing = try nightly(overlap: .queue)
        let passed = try skipping.decide(after: at("10T02:15:00"), now: at("11T02:15:00"), isRunning: true)
        let held = try queueing.decide(after: at("10T02:15:00"), now: at("11T02:15:00"), isRunning: true)
        let afterwards = try queueing.decide(after: at("10T02:15:00"), now: at("11T04:00:00"), isRunning: false)
        #expect(try passed == .pass(tick: at("11T02:15:00")))
        #expect(try held == .hold(tick: at("11T02:15:00")))
        #expect(try afterwards == .fire(tick: at("11T02:15:00")))
    }

    @Test("a clock that is put back two hours or a day does not fire a tick twice")
    func clockPutBack() throws {
        let twoHours = try nightly().decide(after: at("11T02:15:00"), now: at("11T00:16:00"), isRunning: false)
        let oneDay = try nightly().decide(after: at("11T02:15:00"), now: at("10T02:16:00"), isRunning: false)
        #expect(try twoHours == .wait(until: at("12T02:15:00")))
        #expect(try oneDay == .wait(until: at("12T02:15:00")))
    }

    @Test("a clock that was ten years ahead for a while does not silence the schedule")
    func clockOnceAhead() throws {
        let wrong = try #require(Instant("2036-01-11T02:15:00Z"))
        let waiting = try nightly().decide(after: wrong, now: at("11T12:00:00"), isRunning: false)
        let due = try nightly().decide(after: wrong, now: at("12T02:15:01"), isRunning: false)
        #expect(try waiting == .wait(until: at("12T02:15:00")))
        #expect(try due == .fire(tick: at("12T02:15:00")))
    }

    @Test("a clock that jumps ten years ahead makes one run, not ten years of them")
    func clockJumpsAhead() throws {
        let later = try #require(Instant("2036-01-11T12:00:00Z"))
        let decision = try nightly().decide(after: at("11T02:15:00"), now: later, isRunning: false)
        #expect(try decision == .fire(tick: #require(Instant("2036-01-11T02:15:00Z"))))
    }

    @Test(
        "however a scheduler is interrupted for less than the window, each night has one run",
        arguments: 1...20)
    func eachNightOnce(seed: UInt64) throws {
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        let schedule = Schedule(
            cron: try CronExpression("15 2 * * *"), zone: zone, catchUp: .seconds(86_400), overlap: .skip)
        var now = try #require(Instant("2026-01-01T12:00:00Z"))
        // Late enough for a look after the last night, and too early for the next.
        let end = try #require(Instant("2027-01-01T19:00:00Z"))
        var lastTick = now
        var fired: [Instant] = []
        var random = seed
        while now < end {
            if case .fire(let tick) = schedule.decide(after: lastTick, now: now, isRunning: false) {
                fired.append(tick)
                lastTick = tick
            }
            // Looks again after a second to some eleven hours.
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            now = now.adding(milliseconds: 1000 + Int64(random >> 33) % 40_000_000)
        }
        #expect(fired.count == 365)
        #expect(Set(fired).count == 365)
    }

    /// Schedules that fall into the hours in which clocks change, and how long to look away without missing two ticks.
    private static let nights: [(MinutePattern, longestMilliseconds: Int64)] = [
        (MinutePattern(cron: "15 2 * * *", minutes: [15], hours: [2]) { _ in true }, 11 * 3_600_000),
        (MinutePattern(cron: "45 1,13 * * *", minutes: [45], hours: [1, 13]) { _ in true }, 10 * 3_600_000),
        (
            MinutePattern(cron: "30 */3 * * *", minutes: [30], hours: Set(stride(from: 0, to: 24, by: 3))) { _ in true
            }, 90 * 60_000
        ),
    ]

    @Test(
        "in ten years of changing clocks a scheduler that is interrupted fires every tick once, and no other",
        arguments: ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"])
    func tenYears(name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        let start = try #require(Instant("2020-01-01T12:00:00Z"))
        let end = try #require(Instant("2030-01-01T12:00:00Z"))
        let wall = WatchedWall(zone: zone, from: start, to: end)
        var random = SeededNumbers(seed: UInt64(name.utf8.count))
        for (pattern, longest) in Self.nights {
            let schedule = Schedule(
                cron: try CronExpression(pattern.cron), zone: zone, catchUp: .seconds(12 * 3600), overlap: .skip)
            var (now, last, fired) = (start, start, [Instant]())
            while now < end {
                if case .fire(let tick) = schedule.decide(after: last, now: now, isRunning: false) {
                    fired.append(tick)
                    last = tick
                }
                now = now.adding(milliseconds: .random(in: 1...longest, using: &random))
            }
            // What came after the last look may still fire.
            let expected = wall.instants(of: pattern).filter { $0 <= fired.last ?? start }
            #expect(fired == expected, "\(pattern.cron) in \(name)")
            #expect(fired.count > 3600)
        }
    }

    private func nightly(catchUp: Duration = .seconds(36 * 3600), overlap: Schedule.Overlap = .skip) throws -> Schedule
    {
        Schedule(cron: try CronExpression("15 2 * * *"), zone: .gmt, catchUp: catchUp, overlap: overlap)
    }

    /// A time of January 2026.
    private func at(_ text: String) throws -> Instant {
        try #require(Instant("2026-01-\(text)Z"))
    }
}
