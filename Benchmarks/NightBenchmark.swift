/// A whole night against the sandbox in another process: CPU and memory of the service's own process, without and with
/// the gate that validates each resource against its profile.
struct NightBenchmark {
    let pdex: String
    private static let ungated = [
        (from: "    coverage: { from: fhir }", to: "    conformance: off\n    coverage: { from: fhir }")
    ]

    func run() throws {
        let small = try nights(members: 1_000, ports: (18_510, 18_511))
        let large = try nights(members: 10_000, ports: (18_520, 18_521))
        let growth = Double(large.usage.peakBytes) / Double(small.usage.peakBytes)
        print("memory of the large night is \(Row.number(growth)) x that of the small one")
    }

    /// Two nights with the same members, each with its own store; prints both, and returns the one without the gate.
    private func nights(members: Int, ports: (Int, Int)) throws -> MeasuredRun {
        let sandbox = try SandboxProcess(pdex: pdex, ports: ports, ["--members", "\(members)"])
        defer { sandbox.end() }
        let plain = try sandbox.run(sandbox.configuration("ungated", Self.ungated))
        show(plain)
        let gated = try sandbox.run(sandbox.path("pdex.yaml"))
        let cost = (gated.usage.cpuSeconds - plain.usage.cpuSeconds) / Double(gated.resources)
        print(
            Row.text(
                "with the strict gate",
                "\(Row.number(gated.usage.cpuSeconds)) CPU s, \(Row.number(cost * 1e6)) µs a resource more",
                "\(Row.number(Double(gated.usage.peakBytes) / 1e6)) MB at most"))
        return plain
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
}
