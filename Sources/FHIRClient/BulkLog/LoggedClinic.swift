import FHIR
public import PDex
import Synchronization

/// A clinic whose exports are written down in a ``BulkLog``.
public final class LoggedClinic: ClinicServer {
    /// What is known of one export.
    private struct Account {
        let id: String
        let began: Instant
        var files = 0
        var resources = 0
        var bytes = 0
    }

    private let clinic: any ClinicServer
    private let log: BulkLog
    private let clock: any WallClock
    private let software: String
    private let newID: @Sendable () -> String
    private let accounts = Mutex<[String: Account]>([:])
    private let owners = Mutex<[String: String]>([:])

    /// Writes what `clinic` exports into `log`; `software` is our version, `newID` names an export.
    public init(
        _ clinic: any ClinicServer, log: BulkLog, clock: any WallClock, software: String,
        newID: @escaping @Sendable () -> String = { RandomBytes.hex(16) }
    ) {
        self.clinic = clinic
        self.log = log
        self.clock = clock
        self.software = software
        self.newID = newID
    }

    /// How many requests may be made at once.
    public var requestsAtOnce: Int { clinic.requestsAtOnce }
    /// The FHIR base URL.
    public var base: String { clinic.base }
    /// Reads `/metadata`.
    public func capability() async throws -> ServerCapability { try await clinic.capability() }
    /// The first page of a search.
    public func search(_ query: SearchQuery) async throws -> SearchPage { try await clinic.search(query) }
    /// The page behind an opaque `next` link.
    public func page(_ link: String) async throws -> SearchPage { try await clinic.page(link) }
    /// One resource as the server wrote it.
    public func read(type: String, id: String) async throws -> [UInt8]? { try await clinic.read(type: type, id: id) }

    /// Kicks an export off: `kickoff`, also when it is refused.
    public func startExport(_ request: ExportRequest) async throws -> ExportStart {
        let account = Account(id: newID(), began: clock.now())
        var detail: JSONObject = [
            "exportUrl": BulkLog.bare(base + "/" + request.path), "softwareName": "pdex",
            "softwareVersion": .string(software), "requestParameters": request.loggedParameters,
        ]
        do {
            let start = try await clinic.startExport(request)
            accounts.withLock { $0[start.statusURL] = account }
            write("kickoff", account, .object(detail))
            return start
        } catch let fault as Fault {
            detail["errorCode"] = .string(fault.code.rawValue)
            detail["errorBody"] = .string(fault.message)
            write("kickoff", account, .object(detail))
            throw fault
        }
    }

    /// Asks how an export is doing: `status_progress`, `status_complete` and `manifest_complete`, or `status_error`.
    public func pollExport(_ statusURL: String) async throws -> ExportProgress {
        let account = account(of: statusURL)
        do {
            let progress = try await clinic.pollExport(statusURL)
            switch progress {
            case .running(let wait, let note):
                write(
                    "status_progress", account,
                    [
                        "xProgress": note.map { .string($0) } ?? .null,
                        "retryAfter": wait.map { .string(String($0)) } ?? .null,
                    ])
            case .complete(let manifest): complete(manifest, account, statusURL)
            }
            return progress
        } catch let fault as Fault {
            write("status_error", account, ["code": .string(fault.code.rawValue), "message": .string(fault.message)])
            throw fault
        }
    }

    /// Streams one file: `download_request`, then `download_complete` or `download_error`.
    public func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let statusURL = owners.withLock { $0[file.url] } ?? ""
        let account = account(of: statusURL)
        let type: JSONValue = file.type.map { .string($0) } ?? .null
        write("download_request", account, ["fileUrl": BulkLog.bare(file.url), "itemType": type])
        var lines = 0
        do {
            let bytes = try await clinic.download(file, requiresAccessToken: requiresAccessToken) { batch in
                lines += batch.lines.count
                try await deliver(batch)
            }
            let resources = lines
            accounts.withLock {
                $0[statusURL]?.files += 1
                $0[statusURL]?.resources += resources
                $0[statusURL]?.bytes += bytes
            }
            write(
                "download_complete", account,
                ["fileUrl": BulkLog.bare(file.url), "resourceCount": .count(lines), "fileSize": .count(bytes)])
            return bytes
        } catch let fault as Fault {
            write(
                "download_error", account,
                [
                    "fileUrl": BulkLog.bare(file.url), "code": .string(fault.code.rawValue),
                    "message": .string(fault.message),
                ])
            throw fault
        }
    }

    /// Tells the server that it may drop the export: `export_complete`, with what came of it.
    public func finishExport(_ statusURL: String) async {
        await clinic.finishExport(statusURL)
        let account = account(of: statusURL)
        let milliseconds = clock.now().milliseconds - account.began.milliseconds
        write(
            "export_complete", account,
            [
                "files": .count(account.files), "resources": .count(account.resources),
                "bytes": .count(account.bytes), "attachments": .count(0), "duration": .count(Int(milliseconds)),
            ])
        accounts.withLock { $0[statusURL] = nil }
        owners.withLock { owners in owners = owners.filter { $0.value != statusURL } }
    }

    private func complete(_ manifest: ExportManifest, _ account: Account, _ statusURL: String) {
        let files = manifest.output + manifest.deleted + manifest.errors
        owners.withLock { owners in for file in files { owners[file.url] = statusURL } }
        let time: JSONValue = .string(manifest.transactionTime.text)
        write("status_complete", account, ["transactionTime": time])
        write(
            "manifest_complete", account,
            [
                "transactionTime": time, "totalOutputFileCount": .count(manifest.output.count),
                "totalDeletedFileCount": .count(manifest.deleted.count),
                "totalErrorFileCount": .count(manifest.errors.count),
            ])
    }

    /// The account of an export; a new one for an export that an earlier process started.
    private func account(of statusURL: String) -> Account {
        let fresh = Account(id: newID(), began: clock.now())
        return accounts.withLock { accounts in
            if let known = accounts[statusURL] { return known }
            accounts[statusURL] = fresh
            return fresh
        }
    }

    private func write(_ event: String, _ account: Account, _ detail: JSONValue) {
        log.write(event, export: account.id, at: clock.now(), detail)
    }
}

extension ExportRequest {
    /// The parameters as far as they name nobody: filters and patients only by their number.
    fileprivate var loggedParameters: JSONValue {
        var object: JSONObject = ["_outputFormat": "application/fhir+ndjson"]
        if !types.isEmpty { object["_type"] = .string(types.joined(separator: ",")) }
        object["_since"] = since.map { .string($0.text) }
        object["_until"] = until.map { .string($0.text) }
        if !typeFilters.isEmpty { object["_typeFilter"] = .string("(\(typeFilters.count))") }
        if !patients.isEmpty { object["patient"] = .string("(\(patients.count))") }
        return .object(object)
    }
}

extension JSONValue {
    fileprivate static func count(_ count: Int) -> JSONValue { .number(JSONNumber(count)) }
}
