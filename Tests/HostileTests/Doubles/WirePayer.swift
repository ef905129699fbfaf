import FHIR
import Foundation
import PDexTesting
import Synchronization

/// A payer on a loopback port that accepts everything, and keeps it.
final class WirePayer: Sendable {
    private struct State: Sendable {
        var records: [Resource]
        var held: [String: Resource] = [:]
        var play: HostileClinic.Play = { _ in nil }
    }

    /// What the script reads and writes, made before the listener.
    private final class Box: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    let listener: Listener
    private let box: Box

    /// A payer with coverage and consent for those members.
    init(_ members: [NamedMember], types: [String], clinicNPI: String, payerNPI: String) throws {
        let records = try members.flatMap { try $0.payerRecords(clinicNPI: clinicNPI, payerNPI: payerNPI) }
        let box = Box(State(records: records))
        listener = try Listener { request in
            let (place, honest) = Self.answer(to: request, types, box)
            let moment = HostileClinic.Moment(place: place, count: 1, request: request, honest: honest, base: "")
            return box.state.withLock { $0.play }(moment) ?? .keep(honest.wire())
        }
        self.box = box
    }

    /// What it holds of what was sent, by `Type/id`.
    var held: [String: Resource] { box.state.withLock { $0.held } }

    /// Plays a fault from now on.
    func play(_ play: @escaping HostileClinic.Play) { box.state.withLock { $0.play = play } }

    private static func answer(to request: ArrivedRequest, _ types: [String], _ box: Box) -> (String, Answer) {
        let origin = "http://\(request.header("Host") ?? "")"
        let path = request.path.split(separator: "/").first.map(String.init) ?? ""
        switch path {
        case "token":
            let scope = request.parameter("scope") ?? ""
            return (
                "token", Answer(#"{"access_token":"t","token_type":"bearer","expires_in":300,"scope":"\#(scope)"}"#)
            )
        case "metadata": return ("metadata", capability(types))
        case "Coverage", "Consent":
            let found = box.state.withLock { $0.records }.filter {
                $0.type == path || path == "Coverage" && $0.type == "Patient"
            }
            return ("search \(path)", page(found, of: path))
        case "": return ("submission", take(request.body, box))
        default:
            let configuration = """
                {"token_endpoint":"\(origin)/token","grant_types_supported":["client_credentials"],
                 "capabilities":["client-confidential-asymmetric","permission-v2"]}
                """
            return ("configuration", Answer(configuration))
        }
    }

    private static func capability(_ types: [String]) -> Answer {
        let offered = types.map { #"{"type":"\#($0)","updateCreate":true}"# }.joined(separator: ",")
        return Answer(
            #"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","#
                + #""interaction":[{"code":"transaction"}],"resource":[\#(offered)]}]}"#)
    }

    private static func page(_ found: [Resource], of type: String) -> Answer {
        let entries = found.map { resource in
            #"{"resource":\#(String(decoding: resource.serialized(), as: UTF8.self)),"#
                + #""search":{"mode":"\#(resource.type == type ? "match" : "include")"}}"#
        }
        return Answer(
            #"{"resourceType":"Bundle","type":"searchset","entry":[\#(entries.joined(separator: ","))]}"#)
    }

    private static func take(_ body: [UInt8], _ box: Box) -> Answer {
        guard let bundle = try? FHIRBundle(JSONParser.parse(body)) else { return Answer("{}", status: 400) }
        box.state.withLock { state in
            for entry in bundle.entries { if let url = entry.request?.url { state.held[url] = entry.resource } }
        }
        let entry = #"{"response":{"status":"201 Created"}}"#
        let entries = bundle.entries.map { _ in entry }.joined(separator: ",")
        return Answer(#"{"resourceType":"Bundle","type":"transaction-response","entry":[\#(entries)]}"#)
    }
}
