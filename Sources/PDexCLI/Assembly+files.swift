import Console
import Jobs
import PDex

extension Assembly {
    /// The token that opens the files of a submission: derived, so that any process of this deployment knows it.
    static func fileToken(_ identities: Identities) -> @Sendable (String) -> String {
        { identities.derived("submission-files", $0) }
    }

    /// Does `body` while payers can fetch what is submitted to them, where any job does that.
    ///
    /// When another process of this machine has the port, it hands out what this one submits: all know the same store. `note`
    /// hears of it.
    func servingFiles<Value: Sendable>(
        note: @Sendable (String) -> Void = { _ in }, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let settings = configuration.files,
            try JobFolder.load(configuration).contains(where: { $0.delivery.kind == .bulkSubmit })
        else { return try await body() }
        let server = FileServer(
            host: settings.host, port: settings.port, place: settings.url, token: fileToken,
            bundle: { [operations] in try await operations.bundle(toServe: $0) }, clock: clock)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run() }
            defer { group.cancelAll() }
            do {
                try await server.listening()
            } catch {
                note("files are not handed out by this process: \(settings.host):\(settings.port) is taken")
            }
            return try await body()
        }
    }
}
