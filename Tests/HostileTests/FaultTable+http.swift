import PDex
import PDexTesting

extension FaultTable {
    private static let file = "file Observation"
    private static let search = "search Observation"

    /// The faults of HTTP.
    static let http: [FaultLine] = [
        FaultLine("H1 a token that expires in the middle", .bulkExport, at: file, times: 1, .same) { $0.status(401) },
        FaultLine("H1 a token that expires in the middle", .rosterSearch, at: search, times: 1, .same) {
            $0.status(401)
        },
        FaultLine("H2 401 for ever", .bulkExport, at: file, .broken(.authTokenRefused)) { $0.status(401) },
        FaultLine("H2 401 for ever", .rosterSearch, at: search, .broken(.authTokenRefused)) { $0.status(401) },
        FaultLine("H3 403 for one type", .rosterSearch, at: search, .partial(.authForbidden)) { $0.status(403) },
        FaultLine("H3 403 for one file", .bulkExport, at: file, .partial(.authForbidden)) { $0.status(403) },
        FaultLine("H4 429 with seconds", .rosterSearch, at: search, times: 3, .same) {
            $0.status(429, "", "Retry-After: 7")
        },
        FaultLine("H4 429 with a date", .bulkExport, at: file, times: 3, .same) {
            $0.status(429, "", "Retry-After: Mon, 01 Jun 2026 02:15:30 GMT")
        },
        FaultLine("H4 429 with a past date", .bulkExport, at: file, times: 3, .same) {
            $0.status(429, "", "Retry-After: Mon, 01 Jun 2020 02:15:30 GMT")
        },
        FaultLine("H4 429 until the year 9999", .bulkExport, at: file, .broken(.remoteThrottled)) {
            $0.status(429, "", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT")
        },
        FaultLine("H4 429 with nonsense", .rosterSearch, at: search, times: 3, .same) {
            $0.status(429, "", "Retry-After: soon; or -5")
        },
        FaultLine("H4 429 at kick-off", .bulkExport, at: "kickoff", .broken(.remoteThrottled)) { $0.status(429) },
        FaultLine("H4 429 for the status", .bulkExport, at: "status", times: 9, .same) { $0.status(429) },
        FaultLine("H4 429 at the token endpoint", .bulkExport, at: "token", times: 1, .same) { $0.status(429) },
        FaultLine("H5 a burst of 503", .bulkExport, at: file, times: 11, .same) { $0.status(503) },
        FaultLine("H5 503 for ever", .bulkExport, at: file, .partial(.remoteFailed)) { $0.status(503) },
        FaultLine("H5 503 for ever", .rosterSearch, at: search, .partial(.remoteFailed)) { $0.status(503) },
        FaultLine("H5 flapping", .rosterSearch, .same) { night in
            night.clinic.play { $0.count % 2 == 1 && $0.place != "token" ? $0.status(503) : nil }
        },
        FaultLine("H6 500 for one member", .rosterSearch, .partial(.remoteFailed)) { night in
            night.clinic.play { $0.request.parameter("patient") == "ada" ? $0.status(500) : nil }
        }.with { $0.sparesJoe = true },
        FaultLine("H7 202 for ever", .bulkExport, at: "status", .broken(.clinicExportFailed)) {
            $0.status(202, "", "X-Progress: \u{1}nonsense \(String(repeating: "9", count: 5000))")
        },
        FaultLine("H7 202 with no end of patience", .bulkExport, at: "status", .broken(.clinicExportFailed)) {
            $0.status(202, "", "Retry-After: 999999999999999999999")
        },
        FaultLine("H7 202 and another Content-Location", .bulkExport, at: "status", times: 3, .same) {
            $0.status(202, "", "Content-Location: http://127.0.0.1:1/elsewhere")
        },
        FaultLine("H9 a redirect of a file home", .bulkExport, at: file, .same) { moment in
            moment.request.parameter("sig") == nil
                ? moment.status(307, "", "Location: \(moment.base)/files/Observation?sig=1")
                : .keep(moment.honest.wire())
        },
        FaultLine("H9 a redirect of a file by its path", .bulkExport, at: file, .same) { moment in
            moment.request.parameter("sig") == nil
                ? moment.status(302, "", "Location: /files/Observation?sig=1") : .keep(moment.honest.wire())
        },
        FaultLine("H9 a redirect of a file in a loop", .bulkExport, at: file, .partial(.remotePolicy)) {
            $0.status(302, "", "Location: \($0.base)/files/Observation")
        },
        FaultLine("H9 a redirect of a file to a stranger", .bulkExport, at: file, .partial(.remotePolicy)) {
            $0.status(307, "", "Location: http://127.0.0.1:1/files/Observation")
        },
        FaultLine("H9 a redirect of a search", .rosterSearch, at: search, .partial(.remotePolicy)) {
            $0.status(301, "", "Location: \($0.base)/Observation")
        },
        FaultLine("H9 a redirect of the status", .bulkExport, at: "status", .broken(.remotePolicy)) {
            $0.status(303, "", "Location: \($0.base)/status/2")
        },
        FaultLine("H9 a redirect of the kick-off", .bulkExport, at: "kickoff", .broken(.remotePolicy)) {
            $0.status(308, "", "Location: \($0.base)/status/2")
        },
        FaultLine("H10 200 with an error for a search", .rosterSearch, at: search, .partial(.remoteMalformed)) {
            $0.status(200, outcome)
        },
        FaultLine("H10 200 with an error for a file", .bulkExport, at: file, .partial(torn)) {
            $0.status(200, outcome)
        },
        FaultLine("H10 200 with an error for a manifest", .bulkExport, at: "status", .broken(.remoteMalformed)) {
            $0.status(200, outcome)
        },
        FaultLine("H10 200 with an error for a Group", .bulkExport, at: "read Group", .broken(.remoteMalformed)) {
            $0.status(200, outcome)
        },
        FaultLine("H11 204 for a file", .bulkExport, at: file, .partial(.remoteRefused)) { $0.status(204) },
        FaultLine("H11 204 for a search", .rosterSearch, at: search, .partial(.remoteRefused)) { $0.status(204) },
        FaultLine("H11 an empty 200 for a file", .bulkExport, at: file, .partial(.clinicCountMismatch)) {
            $0.status(200)
        },
        FaultLine("H11 an empty 200 for a search", .rosterSearch, at: search, .partial(.remoteMalformed)) {
            $0.status(200)
        },
        FaultLine("H11 an empty 200 for the status", .bulkExport, at: "status", .broken(.remoteMalformed)) {
            $0.status(200)
        },
        FaultLine("H11 an empty 202 at kick-off", .bulkExport, at: "kickoff", .broken(.remoteMalformed)) {
            $0.status(202)
        },
        FaultLine("H12 404 for a file", .bulkExport, at: file, .partial(.clinicFileGone)) { $0.status(404) },
        FaultLine("H12 410 for a file", .bulkExport, at: file, .partial(.clinicFileGone)) { $0.status(410) },
        FaultLine("H12 links that are signed afresh at every look", .bulkExport, at: "status", .same) { moment in
            .keep(rewritten(moment) { $0.replacing(/files\/\w+/) { "\($0.output)?sig=\(moment.count)" } })
        },
        FaultLine("H12 404 for the export", .bulkExport, at: "status", .broken(.clinicExportFailed)) {
            $0.status(404)
        },
        FaultLine("H14 a file that says it is HTML", .bulkExport, at: file, .same) { moment in
            var answer = moment.honest
            answer.fields[0] = "Content-Type: text/html; charset=iso-8859-1"
            return .keep(answer.wire())
        },
        FaultLine("H14 a page that does not say what it is", .rosterSearch, at: search, .same) { moment in
            var answer = moment.honest
            answer.fields.removeFirst()
            return .keep(answer.wire())
        },
        FaultLine("H14 a proxy's page for a file", .bulkExport, at: file, .partial(torn)) {
            $0.status(200, "<html>\n<body>Please sign in</body>\n</html>\n")
        },
        FaultLine("H14 a proxy's page for a search", .rosterSearch, at: search, .partial(.remoteMalformed)) {
            $0.status(200, "<html>Please sign in</html>")
        },
        FaultLine("H16 600 fields", .bulkExport, at: file, .same) { moment in
            var answer = moment.honest
            answer.fields += (0..<600).map { "X-\($0): \($0)" }
            return .keep(answer.wire())
        },
        FaultLine("H16 a field of a megabyte", .bulkExport, at: file, .partial(.remoteMalformed)) {
            .close($0.honest.head("X-Long: \(String(repeating: "x", count: 1 << 20))"))
        },
    ]

    private static let torn: [FaultCode] = [.clinicCountMismatch, .clinicMalformedLine]
    private static let outcome =
        #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}"#
}
