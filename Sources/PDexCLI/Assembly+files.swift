import Console
import Jobs
import PDex

extension Assembly {
    /// The token that opens the files of a submission: derived, so that any process of this deployment can compute it.
    static func fileToken(_ identities: Identities) -> @Sendable (String) -> String {
        { identities.derived("submission-files", $0) }
    }

    /// Runs `body` and, if any job submits in bulk, lets payers fetch the submitted files meanwhile.
    ///
    /// When another process on this machine has the port, it also serves what this process submits, since both use the
    /// same store. When that process ends, this one takes over the port. `note` is called for either change.
    func servingFiles<Value: Sendable>(
        note: @escaping @Sendable (String) -> Void = { _ in }, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let settings = configuration.files,
            try JobFolder.load(configuration).contains(where: { $0.delivery.kind == .bulkSubmit })
        else { return try await body() }
        let first = fileServer(settings)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await handOutFiles(settings, first, note) }
            defer { group.cancelAll() }
            _ = try? await first.listening()
            return try await body()
        }
    }

    /// How often to retry a port that another process holds, in seconds.
    private static let pauseSeconds = 10.0

    private func handOutFiles(
        _ settings: FilesSettings, _ first: FileServer, _ note: @escaping @Sendable (String) -> Void
    ) async {
        var next = first
        var wasListening = true
        while !Task.isCancelled {
            let (server, before) = (next, wasListening)
            async let outcome = listening(server, wasListening: before, "\(settings.host):\(settings.port)", note)
            try? await server.run()
            wasListening = await outcome
            // Waits for the other process to end.
            try? await clock.sleep(seconds: Self.pauseSeconds)
            next = fileServer(settings)
        }
        // Who waits for it to listen need not wait any more.
        first.giveUp()
    }

    /// Whether a server got its port; a change since the last try is noted.
    private func listening(
        _ server: FileServer, wasListening: Bool, _ place: String, _ note: @Sendable (String) -> Void
    ) async -> Bool {
        let isListening = (try? await server.listening()) != nil
        guard isListening != wasListening, !Task.isCancelled else { return isListening }
        let what = isListening ? "handed out by this process now, at" : "not handed out by this process: another has"
        note("files are \(what) \(place)")
        return isListening
    }

    private func fileServer(_ settings: FilesSettings) -> FileServer {
        FileServer(
            host: settings.host, port: settings.port, place: settings.url, token: fileToken,
            bundle: { [operations] in try await operations.bundle(toServe: $0) }, clock: clock)
    }
}
