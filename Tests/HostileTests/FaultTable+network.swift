import PDex
import PDexTesting

/// The faults of a network and of HTTP's framing.
enum FaultTable {
    /// Every line.
    static let all = network + wire + http + content + clinic

    private static let file = "file Observation"
    private static let search = "search Observation"

    static let network: [FaultLine] = [
        FaultLine("N1 nobody listens", .bulkExport, .broken(.remoteUnreachable)) { $0.clinic.listener.stop() },
        FaultLine("N1 nobody listens", .rosterSearch, .broken(.remoteUnreachable)) { $0.clinic.listener.stop() },
        FaultLine("N3 reset at once", .bulkExport, at: file, times: 2, .same) { _ in .reset([]) },
        FaultLine("N3 reset after the header", .bulkExport, at: file, times: 2, .same) { .reset($0.header) },
        FaultLine("N3 reset in the body", .bulkExport, at: file, times: 2, .same) { .reset($0.half()) },
        FaultLine("N3 reset in the body for ever", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .reset($0.half())
        },
        FaultLine("N3 reset in the body", .rosterSearch, at: search, times: 3, .same) { .reset($0.half()) },
        FaultLine("N3 reset at once for one member", .rosterSearch, .partial(.remoteIncomplete)) { night in
            night.clinic.play { $0.request.parameter("patient") == "ada" ? .reset([]) : nil }
        }.with { $0.sparesJoe = true },
        FaultLine("N3 reset in the manifest", .bulkExport, at: "status", times: 5, .same) { .reset($0.half()) },
        FaultLine("N3 reset at kick-off", .bulkExport, at: "kickoff", .broken(.remoteUnreachable)) { _ in .reset([]) },
        FaultLine("N5 silence in the body", .bulkExport, at: file, times: 2, .same) { .hang($0.half()) }
            .with { $0.isImpatient = true },
        FaultLine("N5 silence in the body for ever", .bulkExport, at: file, .partial(.remoteTimeout)) {
            .hang($0.half())
        }.with { $0.isImpatient = true },
        FaultLine("N5 silence after a request", .rosterSearch, at: search, times: 2, .same) { _ in .hang([]) }
            .with { $0.isImpatient = true },
        FaultLine("N6 half a gzip", .bulkExport, at: file, times: 2, .same) { .close($0.half(.gzip)) },
        FaultLine("N6 half a gzip for ever", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close($0.half(.gzip))
        },
        FaultLine("N6 half a gzip, its length told wrong", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            let coded = gzip($0.honest.body)
            let half = Array(coded[..<(coded.count / 2)])
            return .keep($0.refielded("Content-Encoding: gzip", "Content-Length: \(half.count)", body: half))
        },
        FaultLine("N6 half a gzip until the connection's end", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close($0.half(.gzipClose))
        },
        FaultLine("N6 half a gzip", .rosterSearch, at: search, times: 2, .same) { .close($0.half(.gzip)) },
        FaultLine("N7 gzip with a wrong check sum", .bulkExport, at: file, .partial(.remoteMalformed)) {
            .keep(flawedGzip($0) { $0[$0.count - 8] ^= 1 })
        },
        FaultLine("N7 gzip with a wrong size", .bulkExport, at: file, .partial(.remoteMalformed)) {
            .keep(flawedGzip($0) { $0[$0.count - 4] ^= 1 })
        },
        FaultLine("N7 gzip with junk behind it", .bulkExport, at: file, .partial(.remoteMalformed)) {
            .keep(flawedGzip($0) { $0 += "junk".utf8 })
        },
        FaultLine("N7 gzip of two members", .bulkExport, at: file, .same) { moment in
            let body = moment.honest.body
            let coded = gzip(Array(body[..<100])) + gzip(Array(body[100...]))
            return .keep(
                moment.refielded("Content-Encoding: gzip", "Content-Length: \(coded.count)", body: coded))
        },
        FaultLine("N8 length too long", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close($0.refielded("Content-Length: \($0.honest.body.count + 9)"))
        },
        FaultLine("N8 length too short", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close($0.refielded("Content-Length: \($0.honest.body.count - 9)"))
        },
        FaultLine("N8 length ends at a line", .bulkExport, at: file, .partial(.clinicCountMismatch)) {
            let line = ($0.honest.body.firstIndex(of: UInt8(ascii: "\n")) ?? 0) + 1
            return .close($0.refielded("Content-Length: \(line)"))
        },
        FaultLine("N8 length too short", .rosterSearch, at: search, .partial(.remoteMalformed)) {
            .close($0.refielded("Content-Length: \($0.honest.body.count - 9)"))
        },
        FaultLine("N8 length negative", .bulkExport, at: file, .partial(.remoteMalformed)) {
            .close($0.refielded("Content-Length: -5"))
        },
        FaultLine("N8 two lengths", .bulkExport, at: file, .partial(.remoteMalformed)) {
            .close($0.refielded("Content-Length: \($0.honest.body.count)", "Content-Length: 10"))
        },
        FaultLine("N8 length and chunks", .bulkExport, at: file, .partial(.remoteMalformed)) {
            .close($0.refielded("Content-Length: 10", "Transfer-Encoding: chunked", body: chunked($0.honest.body)))
        },
        FaultLine("N9 cut chunks", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close($0.half(.chunked))
        },
        FaultLine("N9 no last chunk", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close(Array($0.honest.wire(.chunked).dropLast(5)))
        },
        FaultLine("N9 a chunk of no size", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close($0.refielded("Transfer-Encoding: chunked", body: [UInt8]("zz\r\n".utf8) + $0.honest.body))
        },
        FaultLine("N9 trailers", .bulkExport, at: file, .same) {
            let body =
                Array(chunked($0.honest.body).dropLast(2)) + [UInt8]("X-Trailer: 1\r\nContent-Length: 3\r\n\r\n".utf8)
            return .keep($0.refielded("Transfer-Encoding: chunked", body: body))
        },
        FaultLine("N9 chunks with gzip", .bulkExport, at: file, .same) { .keep($0.honest.wire(.gzipChunked)) },
        FaultLine("N6 end told by nothing", .bulkExport, at: file, .partial(.remoteIncomplete)) {
            .close($0.honest.wire(.close))
        },
    ]

    private static func flawedGzip(_ moment: HostileClinic.Moment, _ flaw: (inout [UInt8]) -> Void) -> [UInt8] {
        var coded = gzip(moment.honest.body)
        flaw(&coded)
        return moment.refielded("Content-Encoding: gzip", "Content-Length: \(coded.count)", body: coded)
    }

    private static func chunked(_ body: [UInt8]) -> [UInt8] {
        Answer.chunk(body[...]) + [UInt8]("0\r\n\r\n".utf8)
    }
}
