import FHIR
import FHIRClient
import Foundation
import PDex
import PDexTesting
import Pipeline
import Testing

/// One fault of reliability's list, and its outcome.
struct FaultLine: Sendable, CustomTestStringConvertible {
    /// The outcome of a run under the fault.
    enum Ending: Sendable {
        /// The run is complete and what is staged is what the fault-free run stages.
        case same
        /// The run is partial for these reasons, and the next one stages what the fault-free run does.
        case partial([FaultCode])
        /// The run breaks off with this, and the next one stages what the fault-free run does.
        case broken(FaultCode)

        /// The run is partial for this reason.
        static func partial(_ code: FaultCode) -> Ending { .partial([code]) }
    }

    typealias Method = ExchangeTerms.Selection.Method

    let name: String
    let method: Method
    let ending: Ending
    /// Sets the fault up.
    let prepare: @Sendable (HostileNight) throws -> Void
    /// Whether a silence of half a second is too long.
    var isImpatient = false
    /// What is staged in addition to what the fault-free run stages.
    var also: [String: [UInt8]] = [:]
    /// Whether Joe is complete in spite of the fault, which concerns only Ada.
    var sparesJoe = false
    /// Whether Ada is complete in spite of the fault, which concerns only Joe.
    var sparesAda = false
    /// Up to when everything is staged by the clinic's own clock, if that differs.
    var asOf: Instant?
    /// The most kills for a line that is slow or large.
    var mostKills = Int.max
    /// What is no longer staged.
    var gone: Set<String> = []

    var testDescription: String { "\(name) (\(method.rawValue))" }

    init(
        _ name: String, _ method: Method, _ ending: Ending,
        _ prepare: @escaping @Sendable (HostileNight) throws -> Void
    ) {
        self.name = name
        self.method = method
        self.ending = ending
        self.prepare = prepare
    }

    /// A fault in the answer of one place, that many times.
    init(
        _ name: String, _ method: Method, at place: String, times: Int = .max, _ ending: Ending,
        _ reply: @escaping @Sendable (HostileClinic.Moment) -> Listener.Reply
    ) {
        self.init(name, method, ending) { night in
            night.clinic.play { $0.place == place && $0.count <= times ? reply($0) : nil }
        }
    }

    func with(_ change: (inout FaultLine) -> Void) -> FaultLine {
        var copy = self
        change(&copy)
        return copy
    }
}

extension FaultLine.Ending {
    /// The ending as ``HostileNight/ending(_:)`` puts it.
    var words: String {
        switch self {
        case .same: "complete"
        case .partial(let codes): "partial \(codes.map(\.rawValue).sorted().joined(separator: " "))"
        case .broken(let code): "broken \(code.rawValue)"
        }
    }
}

extension HostileNight {
    /// A night under the fault of a line.
    init(under line: FaultLine, members: [NamedMember] = [.joe, .ada]) throws {
        let transport: any HTTPTransport = line.isImpatient ? Impatient() : CurlTransport()
        try self.init(by: line.method, members: members, transport: transport)
        try line.prepare(self)
    }
}

extension HostileClinic.Moment {
    /// The honest answer as it goes over the wire, up to the middle of its body.
    func half(_ framing: Answer.Framing = .length) -> [UInt8] {
        let wire = honest.wire(framing)
        let head = wire.firstRange(of: [13, 10, 13, 10])?.upperBound ?? 0
        return Array(wire[..<(head + (wire.count - head) / 2)])
    }

    /// The header alone.
    var header: [UInt8] { honest.head("Content-Length: \(honest.body.count)") }

    /// The honest body with other header fields.
    func refielded(_ fields: String..., body: [UInt8]? = nil) -> [UInt8] {
        var answer = honest
        answer.fields += fields
        return answer.head() + (body ?? honest.body)
    }

    /// Another status.
    func status(_ status: Int, _ body: String = "", _ fields: String...) -> Listener.Reply {
        var answer = Answer(body, status: status)
        answer.fields += fields
        return .keep(answer.wire())
    }
}
