import PDex

extension StoreContract {
    static let exports: [StorePromise] = [
        StorePromise("an export under way is kept when its run ends, one for each job and clinic, the latest") {
            store in
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.keep(export("status/1"))
                try writer.keep(export("status/2", dropped: [.until, .typeFilter]))
                try writer.keep(export("status/3", job: "other"))
                try writer.keep(export("status/4", source: "clinic1"))
                try writer.close("run-1", as: .failed, summary: [])
            }
            try await expectUnderWay(export("status/2", dropped: [.until, .typeFilter]), of: "nightly", in: store)
            try await expectUnderWay(export("status/3", job: "other"), of: "other", in: store)
            try await expectUnderWay(nil, of: "third", in: store)
        },
        StorePromise("an export under way is forgotten by its status URL, and no later one in its place") { store in
            try await store.write { writer in
                try writer.keep(export("status/1"))
                try writer.keep(export("status/3", job: "other"))
                try writer.forgetExport("status/0", source: "clinic0", job: "nightly")
            }
            try await expectUnderWay(export("status/1"), of: "nightly", in: store)
            try await store.write { try $0.forgetExport("status/1", source: "clinic0", job: "nightly") }
            try await expectUnderWay(nil, of: "nightly", in: store)
            try await expectUnderWay(export("status/3", job: "other"), of: "other", in: store)
        },
    ]

    private static func export(
        _ statusURL: String, source: String = "clinic0", job: String = "nightly",
        dropped: [ExportStart.Parameter] = []
    ) -> ExportUnderWay {
        ExportUnderWay(
            source: source, job: job, request: "everything", statusURL: statusURL,
            since: dropped.isEmpty ? nil : StoreSample.seconds(1), dropped: dropped, started: StoreSample.seconds(2))
    }

    private static func expectUnderWay(_ export: ExportUnderWay?, of job: String, in store: any Store) async throws {
        let found = try await store.read { try $0.exportUnderWay(source: "clinic0", job: job) }
        try expect(found, is: export, "the export under way of \(job)")
    }
}
