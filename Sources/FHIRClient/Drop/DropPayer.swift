import FHIR
import Glibc
public import PDex

/// A payer that fetches files (WR-22 f): deliveries go into a folder, everything else to its server.
///
/// Acknowledged means that the drop is there whole, under its own name, and on the disk. Nobody reports what the payer
/// makes of it.
public struct DropPayer: PayerRelay {
    /// The payer's server.
    public let server: any PayerServer
    private let name: String
    private let folder: DropFolder
    private let clock: any WallClock

    /// A payer of that name: questions go to `server`, drops into the folder at `path`.
    public init(_ server: any PayerServer, name: String, folder path: String, clock: any WallClock) {
        self.init(server, name: name, DropFolder(path: path), clock: clock)
    }

    /// The same with a folder whose disk may fail.
    package init(_ server: any PayerServer, name: String, _ folder: DropFolder, clock: any WallClock) {
        self.server = server
        self.name = name
        self.folder = folder
        self.clock = clock
    }

    /// After this long without a change, longer than any delivery lasts, a draft belongs to nobody.
    private static let longestDraftSeconds: Int64 = 3600

    /// The reason why drops cannot be left, if any.
    public func deliveryObstacle() async -> Fault? { Self.flaw(of: folder.path, payer: name) }

    /// Checks that drops can be left, and removes the drafts of processes that ended.
    public func prepareDelivery() async throws {
        if let fault = await deliveryObstacle() { throw fault }
        let limit = clock.now().adding(milliseconds: -Self.longestDraftSeconds * 1000)
        try await DiskThreads.run { [folder] in folder.sweep(untouchedSince: limit) }
    }

    /// The reason why a folder cannot hold drops; nil if it can.
    public static func flaw(of path: String, payer: String) -> Fault? {
        var info = stat()
        let (what, next): (String, String)
        var disposition = Disposition.retry
        if stat(path, &info) != 0 || info.st_mode & S_IFMT != S_IFDIR {
            what = "is not there"
            next =
                "It is not made by itself, since a disk that is not mounted would look the same: make it, mode 0700, "
                + "owned by whoever runs pdex."
        } else if info.st_mode & 0o022 != 0 {
            (what, disposition) = ("may be written by others than its owner", .halt)
            next = "chmod 0700 the folder, and look who has written there."
        } else if access(path, W_OK | X_OK) != 0 {
            what = "may not be written"
            next = "chown it to whoever runs pdex, and chmod 0700 it; or see whether its disk is mounted read-only."
        } else {
            return nil
        }
        return Fault(.payerFolder, disposition, "The drop folder of \(payer) \(what).", hint: next)
    }

    /// Leaves the bundle as a drop. `lastLook` is called once everything is written, just before the drop appears.
    public func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        let content = try await content(of: bundle, requestID)
        guard try await presence(of: content) == .absent else { return try await kept(content) }
        let draft = try await onDisk { try $0.draft(content, for: requestID) }
        do {
            try await lastLook()
            if try await onDisk({ try $0.publish(draft, as: content) }) { return try await kept(content) }
        } catch {
            await discard(draft)
            throw error
        }
        // Somebody was faster: another process with the same claim, or a stranger.
        await discard(draft)
        return try await kept(content)
    }

    /// Whether an earlier attempt has left the drop.
    public func trace(of bundle: [UInt8], requestID: String) async throws -> DeliveryTrace? {
        let content = try await content(of: bundle, requestID)
        guard try await presence(of: content) == .whole else { return .nothing }
        try await onDisk { try $0.sync() }
        return .whole(content.entries.map(\.location))
    }

    /// The answer for a drop that is there, once it is certain to stay.
    private func kept(_ content: DropContent) async throws -> PayerAnswer {
        do {
            guard try await DiskThreads.run({ [folder] in try folder.presence(of: content) }) == .whole else {
                throw Fault(
                    .payerConflict, .park, "The drop folder of \(name) holds something else under the name of a drop.",
                    hint: "Look at who else writes into it; move that away, then replay the exchange.")
            }
            try await DiskThreads.run { [folder] in try folder.sync() }
        } catch let failure as DropFolder.Failure {
            throw unknown(failure)
        }
        return answer(content)
    }

    private func unknown(_ failure: DropFolder.Failure) -> Fault {
        Fault(
            .payerUnknownOutcome, .retry, "A drop for \(name) may not be on the disk: \(Self.words(failure.number)).",
            hint: "It is looked for, and written again if it is not there.")
    }

    private func presence(of content: DropContent) async throws -> DropFolder.Presence {
        try await onDisk { try $0.presence(of: content) }
    }

    private func discard(_ draft: String) async {
        try? await DiskThreads.run { [folder] in folder.discard(draft) }
    }

    private func onDisk<Value: Sendable>(
        _ body: @escaping @Sendable (DropFolder) throws -> Value
    ) async throws -> Value {
        do {
            return try await DiskThreads.run { [folder] in try body(folder) }
        } catch let failure as DropFolder.Failure {
            guard failure.step != .rename else { throw unknown(failure) }
            throw Fault(
                .payerFolder, .retry,
                "A drop for \(name) could not be written: \(Self.words(failure.number)).",
                hint: "Nothing of it has appeared, and it is written again by itself. Look at the folder's disk, owner "
                    + "and mode.")
        }
    }

    private static func words(_ number: Int32) -> String {
        switch number {
        case ENOSPC, EDQUOT: "the disk is full"
        case ENOENT, ENOTDIR: "the folder is not there"
        case EACCES, EPERM: "the folder may not be written"
        case EROFS: "the disk is read-only"
        default: String(cString: strerror(number))
        }
    }

    /// The drop of a bundle, under its former name if it is there under that.
    private func content(of bundle: [UInt8], _ requestID: String) async throws -> DropContent {
        guard let content = DropContent(bundle, requestID: requestID) else {
            throw Fault(
                .payerCapability, .park, "A bundle for \(name) holds a write that files cannot carry.",
                hint: "Deliver it another way: deliver.as in the job.")
        }
        let former = content.underPlainName
        return try await presence(of: former) == .whole ? former : content
    }

    /// The answer that a payer would give to a batch, so that it is read like any other.
    private func answer(_ content: DropContent) -> PayerAnswer {
        let entries = content.entries.map { entry -> JSONValue in
            ["response": ["status": entry.isDeleted ? "204" : "201", "location": .string(entry.location)]]
        }
        let body: JSONValue = ["resourceType": "Bundle", "type": "batch-response", "entry": .array(entries)]
        return PayerAnswer(
            status: 201, body: body.serialized(), retryAfterSeconds: nil, serverTime: nil, answerID: content.name)
    }
}
