import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// What a run without a fault leaves behind, made once for each way of pulling.
struct FaultFreeRun: Sendable {
    let staged: [String: [UInt8]]
    let watermarks: [Instant?]

    private static let exported = Task { try await made(.bulkExport) }
    private static let searched = Task { try await made(.rosterSearch) }

    static func of(_ method: FaultLine.Method) async throws -> FaultFreeRun {
        try await (method == .bulkExport ? exported : searched).value
    }

    /// What must be staged in the end, when a line's fault is over.
    func expected(after line: FaultLine) -> [String: [UInt8]] {
        var expected = staged.merging(line.also) { $1 }
        for key in line.gone { expected[key] = nil }
        return expected
    }

    /// The final watermarks of a run under a line with the ending `same`.
    func watermarks(under line: FaultLine) -> [Instant?] {
        watermarks.map { known in known.map { line.asOf ?? $0 } }
    }

    private static func made(_ method: FaultLine.Method) async throws -> FaultFreeRun {
        let night = try HostileNight(by: method)
        #expect(try await night.run("night-1").state == .complete)
        let run = FaultFreeRun(staged: try await night.staged(), watermarks: try await night.watermarks())
        #expect(run.staged.count == 12 && run.watermarks.contains { $0 != nil })
        return run
    }
}
