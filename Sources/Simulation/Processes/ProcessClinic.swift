import PDex
import PDexTesting

/// The clinic as one process sees it, with everything that may go wrong in between.
struct ProcessClinic: ClinicServer {
    let clinic: ScriptedClinic
    let seams: ProcessSeams

    var base: String { clinic.base }
    /// One, so that a process needs one thread for it.
    var requestsAtOnce: Int { 1 }

    func capability() async throws -> ServerCapability {
        try await through("the clinic's capability") { try await clinic.capability() }
    }

    func search(_ query: SearchQuery) async throws -> SearchPage {
        try await through("the clinic's \(query.path)") { try await clinic.search(query) }
    }

    func page(_ link: String) async throws -> SearchPage {
        try await through("a page of the clinic's") { try await clinic.page(link) }
    }

    func read(type: String, id: String) async throws -> [UInt8]? {
        try await through("the clinic's \(type)") { try await clinic.read(type: type, id: id) }
    }

    func withheldTypes(among types: [String]) async throws -> [String] { [] }

    func startExport(_ request: ExportRequest) async throws -> ExportStart {
        try await through("an export's start") { try await clinic.startExport(request) }
    }

    func pollExport(_ statusURL: String) async throws -> ExportProgress {
        if seams.weather.strikes(.failedExport) {
            seams.witness.reach(.exportFailed)
            await clinic.finishExport(statusURL)
            throw Fault(.clinicExportFailed, .halt, "the simulated clinic's export failed")
        }
        return try await through("an export's status") { try await clinic.pollExport(statusURL) }
    }

    func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let breaksOff = seams.weather.strikes(.brokenFile)
        let bytes = try await through("a file") {
            try await clinic.download(file, requiresAccessToken: requiresAccessToken) { batch in
                guard breaksOff else { return try await deliver(batch) }
                let half = LineBatch(bytes: batch.bytes, lines: Array(batch.lines.prefix(batch.lines.count / 2)))
                try await deliver(half)
            }
        }
        guard breaksOff else { return bytes }
        seams.witness.reach(.fileBrokeOff)
        throw Fault(.remoteIncomplete, .retry, "the simulated file broke off")
    }

    func finishExport(_ statusURL: String) async {
        guard !seams.life.isOver else { return }
        await clinic.finishExport(statusURL)
    }

    private func through<Value>(_ place: String, _ ask: () async throws -> Value) async throws -> Value {
        try await seams.pass("before \(place)", .killedWhilePulling)
        if seams.weather.strikes(.clinicUnreachable) {
            seams.witness.reach(.clinicAway)
            throw Fault(.remoteUnreachable, .retry, "the simulated clinic cannot be reached")
        }
        if seams.weather.strikes(.clinicSilent) {
            throw Fault(.remoteTimeout, .retry, "the simulated clinic is silent")
        }
        let value = try await ask()
        try await seams.pass("after \(place)", .killedWhilePulling)
        return value
    }
}
