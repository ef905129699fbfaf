import FHIR
public import PDex
import Synchronization

extension ScriptedClinic {
    /// An export that the clinic has begun and not forgotten.
    struct Begun: Sendable {
        let at: Instant
        let since: Instant?
        let until: Instant?
        let leavesOut: Set<String>
        /// The only types that it has; empty for all. What is no export for a purpose has more than is asked for.
        let types: Set<String>
    }

    /// Starts an export.
    public func startExport(_ request: ExportRequest) async throws -> ExportStart {
        let level =
            switch request.level {
            case .group: ""
            case .patient: " patients"
            case .system: " system"
            }
        log.withLock { $0.append("export" + level) }
        let isBusy = script.withLock { script in
            script.busyStarts -= 1
            return script.busyStarts >= 0
        }
        if isBusy { throw Fault(.remoteThrottled, .retry, "the clinic answered 429", retryAfterSeconds: 90) }
        if let refusal = script.withLock({ $0.refusedStart }) { throw refusal }
        let (dropped, ignoresTypes) = script.withLock { ($0.droppedParameters, $0.ignoresTypes) }
        let number = exports.withLock { exports in
            exports.append(request)
            return exports.count
        }
        let export = Begun(
            at: now, since: dropped.contains(.since) ? nil : request.since,
            until: dropped.contains(.until) ? nil : request.until,
            leavesOut: request.dispensable.filter {
                dropped.contains(SharedTypes.contains($0) ? .shared : .alongside)
            }.union(script.withLock { $0.unexportedTypes }),
            types: request.purpose == nil || ignoresTypes ? [] : Set(request.types))
        begun.withLock { $0["\(number)"] = export }
        return ExportStart(statusURL: base + "/status/\(number)", dropped: dropped)
    }

    /// Complete at once, unless scripted otherwise.
    public func pollExport(_ statusURL: String) async throws -> ExportProgress {
        log.withLock { $0.append("poll") }
        let isLost = script.withLock { script in
            script.lostPolls -= 1
            return script.lostPolls >= 0
        }
        if isLost { throw Fault(.remoteUnreachable, .retry, "the answer was lost") }
        let hasFailed = script.withLock { script in
            script.failedPolls -= 1
            return script.failedPolls >= 0
        }
        if hasFailed { throw Fault(.clinicExportFailed, .halt, "the scripted clinic's export failed") }
        if let wait = script.withLock({ $0.pollWaits.isEmpty ? nil : $0.pollWaits.removeFirst() }) {
            return .running(retryAfterSeconds: wait, note: nil)
        }
        if script.withLock({ $0.stalls }) { return .running(retryAfterSeconds: nil, note: nil) }
        let number = Self.parts(of: statusURL).last ?? ""
        guard let export = begun.withLock({ $0[number] }) else {
            throw Fault(.clinicExportFailed, .halt, "the scripted clinic knows no such export")
        }
        let (stray, miscount) = script.withLock { ($0.strayLines.count, $0.miscount) }
        let types = server.withLock { server in Set(server.resources.values.map(\.type)) }.subtracting(["Group"])
            .filter { export.types.isEmpty || export.types.contains($0) }
        let signature = script.withLock { $0.signsLinks } ? "?sig=\(requests.count)" : ""
        let organizes = script.withLock { $0.organizes }
        let files = types.sorted().map { type in
            let count = exported(type, by: export).count
            let isObservation = type == "Observation"
            return ExportManifest.File(
                type: organizes ? nil : type, url: "\(base)/files/\(number)/\(type)\(signature)",
                count: count + (isObservation ? stray + miscount : 0))
        }
        let (life, renews) = script.withLock { ($0.linksLive, $0.renewsLinks) }
        let now = clock.now()
        let expires = expiry.withLock { expiry in
            if life > 0, renews || expiry == nil { expiry = now.adding(milliseconds: Int64(life * 1000)) }
            return expiry
        }
        return .complete(
            ExportManifest(
                transactionTime: export.at, requiresAccessToken: true, output: files,
                errors: side("OperationOutcome", "outcomes", script.withLock { $0.outcomeLines.count }),
                deleted: side("Bundle", "deleted", script.withLock { $0.deletedLines.count }), expires: expires))
    }

    /// The manifest's list for a file other than data; empty without lines.
    private func side(_ type: String, _ name: String, _ lines: Int) -> [ExportManifest.File] {
        guard lines > 0 else { return [] }
        let miscount = script.withLock { $0.sideMiscount }
        return [.init(type: type, url: base + "/files/" + name, count: miscount.map { lines + $0 })]
    }

    /// Delivers every line in one batch.
    public func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let parts = Self.parts(of: file.url)
        let type = file.type ?? parts.last ?? ""
        log.withLock { $0.append("download \(type)") }
        if script.withLock({ Self.countDown(&$0.outages, type) }) {
            throw Fault(.remoteUnreachable, .retry, "the clinic cannot be reached", hint: "run the job again")
        }
        if let expiry = expiry.withLock({ $0 }), clock.now() >= expiry {
            throw Fault(.clinicFileGone, .halt, "the scripted clinic's link is no longer good")
        }
        if script.withLock({ Self.countDown(&$0.oldLinks, type) }) {
            throw Fault(.authForbidden, .halt, "the scripted clinic's link is too old")
        }
        if let code = script.withLock({ $0.badFiles[type] }) {
            throw Fault(code, .halt, "the scripted clinic's file is bad")
        }
        if script.withLock({ $0.refusedDownloads.contains(type) }) {
            throw Fault(.authForbidden, .halt, "the scripted clinic refuses this file")
        }
        if let seconds = script.withLock({ $0.downloadSeconds.removeValue(forKey: type) }) {
            try await clock.sleep(seconds: seconds)
        }
        if script.withLock({ Self.countDown(&$0.breaks, type) }) {
            throw Fault(.remoteIncomplete, .retry, "the file broke off", hint: "run the job again")
        }
        let export = begun.withLock { $0[parts.dropLast().last ?? ""] }
        var lines = exported(type, by: export).map { $0.serialized() }
        if type == "Bundle" { lines += script.withLock { $0.deletedLines }.map { Array($0.utf8) } }
        if type == "OperationOutcome" { lines += script.withLock { $0.outcomeLines }.map { Array($0.utf8) } }
        if script.withLock({ $0.organizes }) {
            let header = #"{"parameter":[{"name":"header","valueString":"x"}],"resourceType":"Parameters"}"#
            lines.insert(Array(header.utf8), at: 0)
        }
        if type == "Observation" { lines += script.withLock { $0.strayLines }.map { Array($0.utf8) } }
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for line in lines {
            ranges.append(bytes.count..<bytes.count + line.count)
            bytes += line + [UInt8(ascii: "\n")]
        }
        try await deliver(LineBatch(bytes: bytes, lines: ranges))
        return bytes.count
    }

    /// The components of a URL's path.
    private static func parts(of url: String) -> [String] {
        url.prefix { $0 != "?" }.split(separator: "/").map(String.init)
    }

    private func exported(_ type: String, by export: Begun?) -> [Resource] {
        let (unexported, withheld) = script.withLock { ($0.unexported, $0.withheld) }
        if export?.leavesOut.contains(type) == true || withheld.contains(type) { return [] }
        return server.withLock { $0.all(type, since: export?.since, until: export?.until) }.filter { resource in
            let owner =
                resource.type == "Patient"
                ? resource.id
                : ScriptedServer.patient(of: resource)?.dropFirst(8)
                    .description
            return (owner ?? resource.id).map { !unexported.contains($0) } ?? true
        }
    }

    /// Forgets the export.
    public func finishExport(_ statusURL: String) async {
        log.withLock { $0.append("finish") }
        begun.withLock { $0[Self.parts(of: statusURL).last ?? ""] = nil }
    }
}
