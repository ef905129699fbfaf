public import FHIR

extension Schedule {
    /// What to do at `now`, given the last tick that fired or was passed over, or when the job was first seen.
    ///
    /// However many ticks were missed, only the latest counts, and only if it is no older than ``catchUp`` (at least a
    /// minute, so that a scheduler that looks a moment later does not lose the tick). The same tick never fires twice,
    /// even when the clock is put back: a last tick up to two days ahead of `now` is waited for. One further ahead was
    /// kept while the clock was wrong, and is ignored; the caller replaces it with the tick that fires.
    public func decide(after lastTick: Instant, now: Instant, isRunning: Bool) -> ScheduleDecision {
        var earliest = now.adding(milliseconds: -max(catchUp.wholeMilliseconds, 60_000) - 1)
        if lastTick > now.adding(milliseconds: 2 * 86_400_000) {
            earliest = now.adding(milliseconds: -60_000)
        } else if lastTick > earliest {
            earliest = lastTick
        }
        guard let first = next(after: earliest), first <= now else {
            return .wait(until: next(after: max(earliest, now)))
        }
        let tick = latestTick(from: first, to: now)
        if !isRunning { return .fire(tick: tick) }
        return overlap == .skip ? .pass(tick: tick) : .hold(tick: tick)
    }

    /// The last tick up to `now`, found by bisection, because a schedule may tick every minute for a long time.
    private func latestTick(from first: Instant, to now: Instant) -> Instant {
        var tick = first
        var end = now
        while tick < end {
            let middle = tick.adding(milliseconds: (end.milliseconds - tick.milliseconds) / 2)
            if let later = next(after: middle), later <= now { tick = later } else { end = middle }
        }
        return tick
    }
}

extension Duration {
    /// The duration in milliseconds, rounded down and capped.
    fileprivate var wholeMilliseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max / 2 : seconds + components.attoseconds / 1_000_000_000_000_000
    }
}
