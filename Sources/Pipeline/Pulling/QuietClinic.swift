import FHIR
import PDex
import Synchronization

/// A clinic that is asked nothing in its quiet hours: requests wait for their end.
///
/// A file under way when they begin is read to its end. Requests for one member on demand do not go through here: they
/// are small, and people wait for them.
final class QuietClinic: ClinicServer {
    private let clinic: any ClinicServer
    private let name: String
    private let quietUntil: @Sendable (Instant) -> Instant?
    private let clock: any WallClock
    private let observer: @Sendable (RunEvent) -> Void
    private let told = Mutex<Instant?>(nil)

    /// `quietUntil` says when the quiet hours around an instant end; `observer` is notified of each wait once.
    init(
        _ clinic: any ClinicServer, name: String, quietUntil: @escaping @Sendable (Instant) -> Instant?,
        clock: any WallClock, observer: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.clinic = clinic
        self.name = name
        self.quietUntil = quietUntil
        self.clock = clock
        self.observer = observer
    }

    var requestsAtOnce: Int { clinic.requestsAtOnce }
    var mostPages: Int { clinic.mostPages }
    var base: String { clinic.base }

    func capability() async throws -> ServerCapability { try await waiting { try await clinic.capability() } }

    func search(_ query: SearchQuery) async throws -> SearchPage {
        try await waiting { try await clinic.search(query) }
    }

    func page(_ link: String) async throws -> SearchPage { try await waiting { try await clinic.page(link) } }

    func read(type: String, id: String) async throws -> [UInt8]? {
        try await waiting { try await clinic.read(type: type, id: id) }
    }

    func withheldTypes(among types: [String]) async throws -> [String] {
        try await waiting { try await clinic.withheldTypes(among: types) }
    }

    func startExport(_ request: ExportRequest) async throws -> ExportStart {
        try await waiting { try await clinic.startExport(request) }
    }

    func pollExport(_ statusURL: String) async throws -> ExportProgress {
        try await waiting { try await clinic.pollExport(statusURL) }
    }

    func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        try await waiting {
            try await clinic.download(file, requiresAccessToken: requiresAccessToken, deliver: deliver)
        }
    }

    /// Sent at once: it costs the clinic less than keeping the export.
    func finishExport(_ statusURL: String) async { await clinic.finishExport(statusURL) }

    private func waiting<Answer>(_ ask: () async throws -> Answer) async throws -> Answer {
        while let end = quietUntil(clock.now()) {
            let seconds = (end - clock.now()) / .seconds(1)
            let isNews = told.withLock { told in
                defer { told = end }
                return told != end
            }
            if isNews { observer(.waiting(seconds: seconds, why: "\(name) has quiet hours until \(end.text)")) }
            // Waits for the end that the configuration names.
            try await clock.sleep(seconds: seconds)
        }
        return try await ask()
    }
}
