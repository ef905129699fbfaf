import FHIR
import FHIRClient
import PDex
import PDexTesting
import Pipeline
import Testing

/// Every fault that a clinic can play while it is pulled, through transport, client and pipeline as they are: what is
/// staged is what a run without the fault stages, or the run says what is missing and no watermark moves.
@Suite("A hostile clinic", .serialized, .timeLimit(.minutes(10)))
struct HostileClinicTests {
    @Test("nothing is lost silently", arguments: FaultTable.network + FaultTable.http + FaultTable.content)
    func losesNothing(line: FaultLine) async throws {
        let reference = try await Reference.of(line.method)
        var expected = reference.staged.merging(line.also) { $1 }
        for key in line.gone { expected[key] = nil }
        let transport: any HTTPTransport = line.isImpatient ? Impatient() : CurlTransport()
        let night = try HostileNight(by: line.method, transport: transport)
        try line.prepare(night)

        let first = await ending(of: night, "night-1")

        if case .same = line.ending {
            #expect(first == "complete")
            #expect(try await night.staged() == expected)
            #expect(try await night.watermarks() == reference.watermarks)
            return
        }
        #expect(first == line.ending.words)
        let moved = try await night.watermarks().map { $0 != nil }
        #expect(moved == [false, line.sparesJoe, false])
        night.clinic.heal()
        try night.clinic.listener.restart()
        night.night.clock.advance(seconds: 86_400)
        let second = await ending(of: night, "night-2")
        #expect(second == "complete")
        #expect(try await night.staged() == expected)
    }

    @Test("R11 what the clinic says is deleted is forgotten, and a deletion that is cut off is asked for again")
    func forgets() async throws {
        let night = try HostileNight(by: .bulkExport)
        _ = try await night.run("night-1")
        let before = try await night.staged()
        night.clinic.delete("Observation/joe-more-2")
        night.night.clock.advance(seconds: 86_400)
        night.clinic.play { $0.place == "file deleted" && $0.count < 3 ? .close($0.half()) : nil }

        let report = try await night.run("night-2")

        #expect(report.state == .complete)
        #expect(before["Observation/joe-more-2"] != nil)
        #expect(try await night.staged() == before.filter { $0.key != "Observation/joe-more-2" })
        #expect(night.clinic.count("file deleted") == 3)
    }

    /// What a run without a fault leaves behind, made once for each way of pulling.
    private struct Reference: Sendable {
        let staged: [String: [UInt8]]
        let watermarks: [Instant?]

        private static let exported = Task { try await made(.bulkExport) }
        private static let searched = Task { try await made(.rosterSearch) }

        static func of(_ method: FaultLine.Method) async throws -> Reference {
            try await (method == .bulkExport ? exported : searched).value
        }

        private static func made(_ method: FaultLine.Method) async throws -> Reference {
            let night = try HostileNight(by: method)
            #expect(try await night.run("night-1").state == .complete)
            let reference = Reference(staged: try await night.staged(), watermarks: try await night.watermarks())
            #expect(reference.staged.count == 12 && reference.watermarks.contains { $0 != nil })
            return reference
        }
    }

    /// How a run ends, in words.
    private func ending(of night: HostileNight, _ name: String) async -> String {
        do {
            let report = try await night.run(name)
            let problems = report.problems.keys.map(\.rawValue).sorted().joined(separator: " ")
            return report.state == .complete ? "complete" : "\(report.state.rawValue) \(problems)"
        } catch let fault as Fault {
            return "broken \(fault.code.rawValue)"
        } catch {
            return "\(error)"
        }
    }
}

extension FaultLine.Ending {
    fileprivate var words: String {
        switch self {
        case .same: "complete"
        case .partial(let codes): "partial \(codes.map(\.rawValue).sorted().joined(separator: " "))"
        case .broken(let code): "broken \(code.rawValue)"
        }
    }
}
