import FHIR
public import PDex
import Synchronization

/// A clinic whose exports are recorded in a ``BulkLog``.
public final class LoggedClinic: ClinicServer {
    /// The running totals of one export.
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
    private let newID: @Sendable () -> String
    private let accounts = Mutex<[String: Account]>([:])
    /// The export and the list of its manifest that a file belongs to.
    private let owners = Mutex<[String: (statusURL: String, list: String)]>([:])

    /// Logs the exports of `clinic` to `log`; `newID` names an export.
    public init(
        _ clinic: any ClinicServer, log: BulkLog, clock: any WallClock,
        newID: @escaping @Sendable () -> String = { RandomBytes.hex(16) }
    ) {
        self.clinic = clinic
        self.log = log
        self.clock = clock
        self.newID = newID
    }

    /// How many requests may be made at once.
    public var requestsAtOnce: Int { clinic.requestsAtOnce }
    /// How many pages one search may have.
    public var mostPages: Int { clinic.mostPages }
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

    /// Kicks off an export; logs `kickoff`, even if it is refused.
    public func startExport(_ request: ExportRequest) async throws -> ExportStart {
        let account = Account(id: newID(), began: clock.now())
        // Cached since the method of pulling was chosen.
        let server = try? await clinic.capability()
        var detail: JSONObject = [
            "exportUrl": BulkLog.bare(base + "/" + request.path), "softwareName": .text(server?.software.name),
            "softwareVersion": .text(server?.software.version),
            "softwareReleaseDate": .text(server?.software.releaseDate), "fhirVersion": .text(server?.fhirVersion),
            "requestParameters": request.loggedParameters, "errorCode": .null, "errorBody": .null,
            "responseHeaders": [:],
        ]
        do {
            let start = try await clinic.startExport(request)
            accounts.withLock { $0[start.statusURL] = account }
            write("kickoff", account, .object(detail))
            return start
        } catch let fault as Fault {
            detail["errorCode"] = .count(fault.httpStatus ?? 0)
            detail["errorBody"] = .string("\(fault.code.rawValue): \(fault.message)")
            write("kickoff", account, .object(detail))
            throw fault
        }
    }

    /// Asks how an export is doing; logs `status_progress`; or `status_complete`, a `status_page_complete` for each
    /// page of the manifest and `manifest_complete`; or `status_error`.
    public func pollExport(_ statusURL: String) async throws -> ExportProgress {
        let account = account(of: statusURL)
        do {
            let progress = try await clinic.pollExport(statusURL)
            switch progress {
            case .running(let wait, let note):
                write(
                    "status_progress", account,
                    ["body": .null, "xProgress": .text(note), "retryAfter": .text(wait.map(String.init))])
            case .complete(let manifest): complete(manifest, account, statusURL)
            }
            return progress
        } catch let fault as Fault {
            write("status_error", account, .object(Self.detail(of: fault)))
            throw fault
        }
    }

    /// Streams one file; logs `download_request`, then `download_complete` or `download_error`.
    public func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let owner = owners.withLock { $0[file.url] }
        let statusURL = owner?.statusURL ?? ""
        let account = account(of: statusURL)
        write(
            "download_request", account,
            [
                "fileUrl": BulkLog.bare(file.url), "itemType": .string(owner?.list ?? "output"),
                "resourceType": .text(file.type),
            ])
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
            var detail = Self.detail(of: fault)
            detail["fileUrl"] = BulkLog.bare(file.url)
            write("download_error", account, .object(detail))
            throw fault
        }
    }

    /// Those of `types` that were requested but that our token does not allow.
    public func withheldTypes(among types: [String]) async throws -> [String] {
        try await clinic.withheldTypes(among: types)
    }

    /// Tells the server that it may drop the export; logs `export_complete`, with the totals.
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
        owners.withLock { owners in owners = owners.filter { $0.value.statusURL != statusURL } }
    }

    private func complete(_ manifest: ExportManifest, _ account: Account, _ statusURL: String) {
        owners.withLock { owners in
            for (list, files) in [
                ("output", manifest.output), ("deleted", manifest.deleted), ("error", manifest.errors),
            ] {
                for file in files { owners[file.url] = (statusURL, list) }
            }
        }
        let time: JSONValue = .string(manifest.transactionTime.text)
        write("status_complete", account, ["transactionTime": time])
        for page in manifest.pages {
            write(
                "status_page_complete", account,
                [
                    "transactionTime": time, "outputFileCount": .count(page.output),
                    "deletedFileCount": .count(page.deleted), "errorFileCount": .count(page.errors),
                ])
        }
        write(
            "manifest_complete", account,
            [
                "transactionTime": time, "totalOutputFileCount": .count(manifest.output.count),
                "totalDeletedFileCount": .count(manifest.deleted.count),
                "totalErrorFileCount": .count(manifest.errors.count), "totalManifests": .count(manifest.pages.count),
            ])
    }

    /// A fault in the fields of the log, without the body of the answer.
    private static func detail(of fault: Fault) -> JSONObject {
        [
            "body": .null, "code": fault.httpStatus.map { .count($0) } ?? .null,
            "message": .string("\(fault.code.rawValue): \(fault.message)"), "responseHeaders": [:],
        ]
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
    /// The parameters without anything that names somebody: filters only as a number, patients not at all.
    fileprivate var loggedParameters: JSONValue {
        var object: JSONObject = ["_outputFormat": "application/fhir+ndjson"]
        if !types.isEmpty { object["_type"] = .string(types.joined(separator: ",")) }
        object["_since"] = since.map { .string($0.text) }
        object["_until"] = until.map { .string($0.text) }
        if !typeFilters.isEmpty { object["_typeFilter"] = .string("(\(typeFilters.count))") }
        return .object(object)
    }
}

extension JSONValue {
    fileprivate static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    fileprivate static func count(_ count: Int) -> JSONValue { .number(JSONNumber(count)) }
}
