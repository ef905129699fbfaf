import FHIR
import Foundation
import PDex

/// Fetches the data of a payer's Group into a folder (`$davinci-data-export`, DX-01 … DX-06).
///
/// The export's location is kept from the kick-off until everything is written, so that if the process ends in between,
/// the next one resumes the same export.
struct PayerExport: Sendable {
    let payer: String
    let job: String
    /// The request without the days of service.
    let undated: ExportRequest
    /// The window in which care must have been given; nil for any time.
    let window: ServiceWindow?
    /// Which members of the Group are asked for, and whose lines are kept.
    var permit: GroupPermit
    /// Decides about them again; throws `match.group-withheld` when nobody is left.
    let stillPermitted: @Sendable () async throws -> GroupPermit
    /// What is thrown when nobody of those who were asked for is left.
    let withheld: Fault
    let server: any ClinicServer
    let store: any Store
    let clock: any WallClock
    let actor: String
    let folder: ExportFolder
    /// Whether it continues an export in the folder, or starts from nothing.
    let isGapless: Bool
    let observer: @Sendable (RunEvent) -> Void

    /// How often a file that breaks off is fetched.
    private static let mostTries = 3

    /// The request as made at an instant, from which the years are counted back.
    private func request(at instant: Instant) -> ExportRequest {
        var request = undated
        request.typeFilters = window?.filters(on: instant, among: request.types) ?? []
        return request
    }

    /// What is kept of an export that was kicked off then.
    private func sieve(at kickOff: Instant) -> ExportSieve {
        ExportSieve(
            types: Set(undated.types), window: window?.first(on: kickOff).map { Period(start: $0) },
            today: kickOff.text, permit: permit, base: server.base)
    }

    /// Fetches everything. Throws like a pull; then no export is left in the folder, and the next attempt resumes.
    func run() async throws -> ExchangePipeline.Fetched {
        let (statusURL, kickOff) = try await started()
        let wait = ExportWait(for: "its members' data", of: payer, at: server, PullTally(), clock, observer)
        let manifest: ExportManifest
        do {
            manifest = try await wait.manifest(statusURL)
        } catch let fault as Fault where fault.code == .payerCapability || fault.code == .clinicExportFailed {
            await server.finishExport(statusURL)
            try await forget(statusURL)
            throw fault
        }
        var export = self
        export.permit = try await permitted(statusURL)
        return try await export.keep(manifest, statusURL, export.sieve(at: kickOff))
    }

    /// Who of those who were asked for may still be kept: a payer is at work for hours (CO-03). Where nobody is left the
    /// export is dropped.
    private func permitted(_ statusURL: String) async throws -> GroupPermit {
        do {
            let kept = permit.narrowed(to: try await stillPermitted())
            guard kept.ids?.isEmpty != true else { throw withheld }
            return kept
        } catch let fault as Fault where fault.code == .matchGroupWithheld {
            await server.finishExport(statusURL)
            try await forget(statusURL)
            throw fault
        }
    }

    /// Writes all of it, and forgets the export.
    private func keep(
        _ manifest: ExportManifest, _ statusURL: String, _ sieve: ExportSieve
    ) async throws -> ExchangePipeline.Fetched {
        _ = try folder.begin()
        var fetched = ExchangePipeline.Fetched(transactionTime: manifest.transactionTime)
        do {
            for (number, file) in manifest.output.enumerated() {
                try await fetch(file, number + 1, of: manifest, by: sieve, into: &fetched)
            }
            for (number, file) in manifest.deleted.enumerated() {
                try await fetch(file, "deleted", number + 1, of: manifest, by: sieve, into: &fetched)
            }
            for (number, file) in manifest.errors.enumerated() {
                try await fetch(file, "outcomes", number + 1, of: manifest, by: sieve, into: &fetched)
            }
        } catch let fault as Fault where fault.code == .clinicFileGone {
            // Expired links will not work again: the next attempt starts a new export.
            try await forget(statusURL)
            throw fault
        }
        fetched.place = try folder.end(index(fetched), at: manifest.transactionTime)
        let (what, lines) = (undated.purpose?.rawValue ?? "", fetched.resources.values.reduce(0, +))
        let entry = AuditEntry(
            at: clock.now(), actor: actor, action: "payer.fetched",
            reason: "\(payer), \(what): \(lines) resources as of \(manifest.transactionTime.text)"
                + (fetched.isWhole ? "" : ", not whole")
                + (permit.ids.map { ", of \($0.count) in the Group" } ?? ""))
        try await store.write { [payer] in
            try $0.forgetExport(statusURL, source: payer, job: key)
            try $0.record(entry)
        }
        await server.finishExport(statusURL)
        return fetched
    }

    /// Under which name the export of a job is kept: questions who members are have the job's own.
    static func key(ofJob job: String) -> String { job + " $davinci-data-export" }

    private var key: String { Self.key(ofJob: job) }

    /// The status URL of the export and when it was kicked off: one under way for the same request, or a new one.
    private func started() async throws -> (statusURL: String, kickOff: Instant) {
        let (payer, key) = (payer, key)
        if let open = try await store.read({ try $0.exportUnderWay(source: payer, job: key) }) {
            if open.request == request(at: open.started).words {
                observer(.note("\(payer) was asked at \(open.started.text); that export is gone on with"))
                return (open.statusURL, open.started)
            }
            await server.finishExport(open.statusURL)
            try await forget(open.statusURL)
        }
        let now = clock.now()
        let request = request(at: now)
        let start = try await server.startExport(request)
        let underWay = ExportUnderWay(
            source: payer, job: key, request: request.words, statusURL: start.statusURL, since: request.since,
            dropped: start.dropped, started: now)
        try await store.write { try $0.keep(underWay) }
        return (start.statusURL, now)
    }

    private func forget(_ statusURL: String) async throws {
        let (payer, key) = (payer, key)
        try await store.write { try $0.forgetExport(statusURL, source: payer, job: key) }
    }

    /// Fetches a file of resources, named by its type if that is one; not one of a type that was not asked for.
    private func fetch(
        _ file: ExportManifest.File, _ number: Int, of manifest: ExportManifest, by sieve: ExportSieve,
        into fetched: inout ExchangePipeline.Fetched
    ) async throws {
        let type = file.type.flatMap { ResourceTypes.r4.contains($0) ? $0 : nil }
        if let type, !sieve.wants(type) { return fetched.leave(lines: file.count) }
        try await fetch(file, type ?? "resources", number, of: manifest, by: sieve, into: &fetched)
    }

    private func fetch(
        _ file: ExportManifest.File, _ name: String, _ number: Int, of manifest: ExportManifest,
        by sieve: ExportSieve, into fetched: inout ExchangePipeline.Fetched
    ) async throws {
        var tries = 1
        while true {
            do {
                let written = try await write(file, name, number, of: manifest, by: sieve)
                return fetched.add(written, named: name, stated: file.count)
            } catch let fault as Fault where fault.disposition == .retry && tries < Self.mostTries {
                tries += 1
                observer(.note("a file of \(payer) broke off; it is fetched again"))
            }
        }
    }

    /// Writes, unchanged, the lines that are kept (BLK-32).
    private func write(
        _ file: ExportManifest.File, _ name: String, _ number: Int, of manifest: ExportManifest, by sieve: ExportSieve
    ) async throws -> ExchangePipeline.Fetched.Written {
        let handle = try folder.file("\(name)-\(number).ndjson")
        defer { try? handle.close() }
        let promised = ResourceTypes.r4.contains(name) ? name : nil
        var written = ExchangePipeline.Fetched.Written()
        _ = try await server.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
            var kept: [UInt8] = []
            kept.reserveCapacity(batch.bytes.count)
            batch.bytes.withUnsafeBytes { bytes in
                for range in batch.lines {
                    let line = UnsafeRawBufferPointer(rebasing: bytes[range])
                    let fate =
                        switch name {
                        case "deleted": sieve.fate(ofDeletions: line)
                        case "outcomes": sieve.fateOfOutcomes
                        default: sieve.fate(of: line, promised: promised)
                        }
                    written.count(fate)
                    guard fate == .kept else { continue }
                    kept += line
                    kept.append(UInt8(ascii: "\n"))
                }
            }
            do {
                try handle.write(contentsOf: kept)
            } catch {
                throw folder.unwritable
            }
        }
        do {
            try handle.synchronize()
        } catch {
            throw folder.unwritable
        }
        return written
    }

    private func index(_ fetched: ExchangePipeline.Fetched) -> JSONValue {
        let counts = fetched.resources.sorted { $0.key < $1.key }
            .map { JSONObject.Member(key: $0.key, value: .number(JSONNumber($0.value))) }
        let patients: JSONValue = permit.ids == nil ? .null : .array(permit.patients.map { .string($0) })
        return [
            "payer": .string(payer), "group": .string(undated.groupID),
            "exportType": .string(undated.purpose?.exportType ?? ""),
            "types": .array(undated.types.sorted().map { .string($0) }), "gapless": .bool(isGapless),
            "patients": patients,
            "serviceYears": window.map { .number(JSONNumber($0.years)) } ?? .null,
            "since": undated.since.map { .string($0.text) } ?? .null,
            "until": undated.until.map { .string($0.text) } ?? .null,
            "transactionTime": .string(fetched.transactionTime.text), "whole": .bool(fetched.isWhole),
            "resources": .object(JSONObject(members: counts)), "odd": .number(JSONNumber(fetched.odd)),
            "unasked": .number(JSONNumber(fetched.unasked)), "outside": .number(JSONNumber(fetched.outside)),
            "withheld": .number(JSONNumber(fetched.withheld)), "unclear": .number(JSONNumber(fetched.unclear)),
            "deleted": .number(JSONNumber(fetched.deleted)), "outcomes": .number(JSONNumber(fetched.outcomes)),
        ]
    }
}
