import DeclarativeFiles
import FHIR
import FHIRClient
import PDex

/// How far obtaining a token succeeds at each server.
struct AuthFindings: Sendable {
    /// One step at one server.
    struct Finding: Sendable {
        let server: String
        let step: AuthProbe.Step
    }

    let all: [Finding]

    /// Tries every server, or the one of that name. Throws `usage.invalid` for an unknown name.
    static func collect(_ configuration: Configuration, only name: String?) async throws -> AuthFindings {
        let probes = try await Servers(configuration, clock: SystemClock()).probes()
        let chosen = probes.filter { name == nil || $0.server == name }
        if chosen.isEmpty, let name, configuration.payer(name) != nil {
            throw Fault(
                .usage, .stop, "\(name) has no client-id: it is left files, and nothing is asked of its server",
                hint: "Give it client-id and key, if its server is to be asked.")
        }
        guard !chosen.isEmpty else {
            let names = probes.map(\.server)
            let suggestion = Suggestion.closest(to: name ?? "", among: names).map { " — did you mean '\($0)'?" } ?? ""
            throw Fault(
                .usage, .stop, "No clinic or payer has that name\(suggestion)",
                hint: "The configuration has: \(names.joined(separator: ", ")).")
        }
        var found: [Finding] = []
        for (server, probe) in chosen {
            found += await probe.run().map { Finding(server: server, step: $0) }
        }
        return AuthFindings(all: found)
    }

    /// The first failure.
    var firstFault: Fault? { all.compactMap(\.fault).first }

    /// One line per step.
    var text: String {
        var table = TextTable()
        for finding in all {
            switch finding.step.verdict {
            case .passed(let found): table.add(finding.server, "ok", finding.step.name, found)
            case .failed(let fault): table.add(finding.server, "fail", finding.step.name, fault.code.rawValue)
            }
        }
        return table.text() + all.compactMap(\.words).map { "\n\n\($0)" }.joined()
    }
}

extension AuthFindings.Finding {
    /// The failure of this step, if it failed.
    var fault: Fault? {
        if case .failed(let fault) = step.verdict { fault } else { nil }
    }

    /// The failure, with what the server said about it.
    fileprivate var words: String? {
        fault.map { fault in
            step.remarks.reduce("\(fault)") { "\($0)\n  said by the server, \($1.field): \($1.text)" }
        }
    }

    /// The finding as JSON.
    var json: JSONValue {
        switch step.verdict {
        case .passed(let found):
            ["server": .string(server), "step": .string(step.name), "ok": true, "found": .string(found)]
        case .failed(let fault):
            [
                "server": .string(server), "step": .string(step.name), "ok": false,
                "fault": .string(fault.code.rawValue), "message": .string(fault.message),
                "said": .array(step.remarks.map { ["field": .string($0.field), "text": .string($0.text)] }),
            ]
        }
    }
}
