/// A whole night against the sandbox in another process: CPU and memory of the service's own process.
struct NightBenchmark {
    let pdex: String

    func run() throws {
        let small = try night(members: 1_000, ports: (18_510, 18_511))
        show(small)
        let large = try night(members: 10_000, ports: (18_520, 18_521))
        show(large)
        let growth = Double(large.usage.peakBytes) / Double(small.usage.peakBytes)
        print("memory of the large night is \(Row.number(growth)) x that of the small one")
    }

    private func show(_ night: MeasuredRun) {
        let perSecond = Double(night.resources) / night.usage.cpuSeconds
        print(
            Row.text(
                "night of \(night.resources)",
                "\(Row.number(night.usage.cpuSeconds)) CPU s, \(Row.whole(perSecond)) a CPU s",
                "\(Row.number(Double(night.usage.peakBytes) / 1e6)) MB at most",
                "\(night.bundles) bundles in \(Row.number(night.seconds)) s"))
    }

    private func night(members: Int, ports: (Int, Int)) throws -> MeasuredRun {
        let sandbox = try SandboxProcess(pdex: pdex, ports: ports, ["--members", "\(members)"])
        defer { sandbox.end() }
        return try sandbox.run(sandbox.path("pdex.yaml"))
    }
}
