import Glibc

/// The resources that a process used: CPU seconds and the largest resident set.
struct Usage {
    var cpuSeconds: Double
    var peakBytes: Int

    /// The usage of this process so far.
    static var own: Usage {
        var raw = rusage()
        getrusage(RUSAGE_SELF.rawValue, &raw)
        return Usage(raw)
    }

    init(_ raw: rusage) {
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        cpuSeconds = seconds(raw.ru_utime) + seconds(raw.ru_stime)
        peakBytes = raw.ru_maxrss * 1024
    }
}

/// The CPU seconds of this process while `body` runs.
func cpuSeconds(_ body: () async throws -> Void) async rethrows -> Double {
    let before = Usage.own.cpuSeconds
    try await body()
    return Usage.own.cpuSeconds - before
}
