import FHIRClient
import Foundation
import PDex
import PDexTesting

extension FaultTable {
    private static let file = "file Observation"
    private static let search = "search Observation"
    private static let page = "<html><body>502 Bad Gateway</body></html>"

    /// The faults between two machines: routes, names, certificates, proxies, kept connections.
    static let wire: [FaultLine] =
        unreachable + [
            FaultLine("N4 a byte now and then", .bulkExport, at: file, times: 2, .same) { trickle($0) }
                .with { $0.isImpatient = true },
            FaultLine("N4 a byte now and then for ever", .bulkExport, at: file, .partial(.remoteTimeout)) {
                trickle($0)
            }.with { $0.isImpatient = true },
            FaultLine("N4 a byte now and then", .rosterSearch, at: search, times: 1, .same) { trickle($0) }
                .with { $0.isImpatient = true },
            FaultLine("N12 a narrow road", .bulkExport, at: file, .same) { moment in
                let pieces = stride(from: 0, to: moment.honest.body.count, by: 64).map {
                    Array(moment.honest.body[$0..<min($0 + 64, moment.honest.body.count)])
                }
                return .drip(moment.header, pieces: pieces, milliseconds: 1)
            },
            FaultLine("N14 closed after each answer", .bulkExport, .same) { night in
                night.clinic.play { .close($0.honest.wire()) }
            },
            FaultLine("N14 closed after each answer", .rosterSearch, .same) { night in
                night.clinic.play { .close($0.honest.wire()) }
            },
            FaultLine(
                "N15 the answer to another search", .rosterSearch, at: search, .partial(.remoteMalformed)
            ) { moment in
                .keep(rewritten(moment) { $0.replacing("joe", with: "bob").replacing("ada", with: "bob") })
            },
            FaultLine("N15 the answer to another read", .bulkExport, at: "read Group", .broken(.remoteMalformed)) {
                .keep(rewritten($0) { $0.replacing("med0-members", with: "med1-members") })
            },
            FaultLine("N15 a manifest for a token", .bulkExport, at: "token", .broken(.authInvalidRequest)) {
                $0.status(200, #"{"transactionTime":"2026-06-01T02:15:00Z","output":[]}"#)
            },
            FaultLine("N16 a proxy's 502 for a file", .bulkExport, at: file, times: 3, .same) {
                $0.status(502, page)
            },
            FaultLine("N16 a proxy's 502 for ever", .bulkExport, at: file, .partial(.remoteFailed)) {
                $0.status(502, page)
            },
            FaultLine("N16 a proxy's page for the status", .bulkExport, at: "status", .broken(.remoteMalformed)) {
                $0.status(200, page)
            },
            FaultLine("N16 a proxy's page at kick-off", .bulkExport, at: "kickoff", .broken(.remoteRefused)) {
                $0.status(200, page)
            },
            FaultLine("N16 a proxy's page for a token", .bulkExport, at: "token", .broken(.remoteMalformed)) {
                $0.status(200, page)
            },
            FaultLine("N16 a proxy's page for /metadata", .bulkExport, at: "metadata", .broken(.remoteMalformed)) {
                $0.status(200, page)
            },
            FaultLine("H5 503 for practitioners for a while", .rosterSearch, at: shared, times: 6, .same) {
                $0.status(503)
            },
            FaultLine("H5 503 for practitioners for ever", .rosterSearch, at: shared, .partial(.remoteFailed)) {
                $0.status(503)
            },
            FaultLine("H8 413 for a search", .rosterSearch, at: search, .partial(.remoteRefused)) { $0.status(413) },
            FaultLine("H13 409 for a search", .rosterSearch, at: search, .partial(.remoteRefused)) { $0.status(409) },
            FaultLine("H13 412 for a search", .rosterSearch, at: search, .partial(.remoteRefused)) { $0.status(412) },
            FaultLine("H13 422 for a search", .rosterSearch, at: search, .partial(.remoteRefused)) { $0.status(422) },
            FaultLine("H13 422 for a file", .bulkExport, at: file, .partial(.remoteRefused)) { $0.status(422) },
            FaultLine("H15 interim answers", .bulkExport, at: file, .same) { moment in
                let interim = "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 103 X\r\nLink: </x>\r\n\r\n"
                return .keep([UInt8](interim.utf8) + moment.honest.wire())
            },
            FaultLine("H15 interim answers", .rosterSearch, at: search, .same) { moment in
                .keep([UInt8]("HTTP/1.1 103 X\r\nLink: </x>\r\n\r\n".utf8) + moment.honest.wire())
            },
            FaultLine("H15 101 that nobody asked for", .bulkExport, at: file, .partial(.remoteIncomplete)) {
                .close([UInt8]("HTTP/1.1 101 X\r\nUpgrade: h2c\r\n\r\n".utf8) + $0.honest.wire())
            },
        ]

    private static let shared = "search Practitioner"

    private static let unreachable: [FaultLine] = [
        cut("N2 no connection in time", .timedOut, at: "/files/Observation", times: 2, .same),
        cut("N2 no connection in time for ever", .timedOut, at: "/files/Observation", .partial(.remoteTimeout)),
        cut("N2 no connection in time at kick-off", .timedOut, at: "$export", .broken(.remoteTimeout)),
        cut("N10 a handshake that fails twice", .tls, at: "/files/Observation", times: 2, .same),
        cut("N10 a handshake that fails for ever", .tls, at: "/files/Observation", .partial(.remoteTLS)),
        cut("N10 a certificate that changed", .certificate, at: "/files/Observation", .broken(.remoteTLS)),
        cut("N10 a certificate not to be trusted", .certificate, at: "/token", .broken(.remoteTLS)),
        cut("N11 a name that is lost twice", .unresolved, at: "/files/Observation", times: 2, .same),
        cut("N11 a name that is lost", .unresolved, at: "/files/Observation", .broken(.remoteUnreachable)),
        cut("N11 a name that is none", .unresolved, at: "/", .broken(.remoteUnreachable)),
        cut("N11 a name that turns inward", .forbiddenAddress, at: "/files/Observation", .partial(.remotePolicy)),
    ]

    private static func cut(
        _ name: String, _ reason: TransportError.Reason, at path: String, times: Int = .max, _ ending: FaultLine.Ending
    ) -> FaultLine {
        FaultLine(name, .bulkExport, ending) { $0.clinic.cut(reason, at: path, times: times) }
    }

    private static func trickle(_ moment: HostileClinic.Moment) -> Listener.Reply {
        .drip(moment.header, pieces: moment.honest.body.map { [$0] }, milliseconds: 20)
    }

    /// The honest answer with other text.
    static func rewritten(_ moment: HostileClinic.Moment, _ change: (String) -> String) -> [UInt8] {
        var answer = moment.honest
        answer.body = [UInt8](change(String(decoding: answer.body, as: UTF8.self)).utf8)
        return answer.wire()
    }
}
