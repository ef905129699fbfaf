import FHIR
import Glibc

/// The folder in which one payer's drops are left: each is a folder that appears whole, by one rename, once everything
/// in it is on the disk.
///
/// Names that begin with a dot are drafts. All calls block on the disk.
package struct DropFolder: Sendable {
    /// The operations on the disk, in their order.
    package enum Step: Sendable, CaseIterable {
        case look, makeDraft, openFile, writeFile, syncFile, syncDraft, rename, syncFolder, remove
    }

    /// An operation that the disk refused.
    struct Failure: Error, Hashable {
        let step: Step
        /// The value of `errno`.
        let number: Int32
    }

    /// Whether a drop is there.
    enum Presence: Sendable, Hashable {
        case absent
        /// It is there as it would be written now, or was moved to where the payer puts what it took.
        case whole
        /// Something else has its name.
        case other
    }

    /// The subfolder into which the payer may move what it took.
    static let taken = "taken"
    private static let draftEnding = ".part"
    private static let goneBeginning = ".gone-"

    /// The path of the folder.
    let path: String
    /// Called before each step; a result other than 0 makes the step fail with that number.
    let trip: @Sendable (Step) -> Int32

    /// The folder at `path`; `trip` is called before each step, and may make it fail.
    package init(path: String, trip: @escaping @Sendable (Step) -> Int32 = { _ in 0 }) {
        self.path = path
        self.trip = trip
    }

    /// Looks for a drop.
    func presence(of content: DropContent) throws(Failure) -> Presence {
        let place = "\(path)/\(content.name)"
        let taken = "\(path)/\(Self.taken)/\(content.name)"
        var info = stat()
        if try call(.look, { stat(taken, &info) }, or: [ENOENT, ENOTDIR]) {
            let sums = taken + "/" + DropContent.sums
            // The payer may change what it took; only different digests mean another drop.
            guard try call(.look, { stat(sums, &info) }, or: [ENOENT, ENOTDIR]) else { return .whole }
            return Self.contents(of: sums, most: content.digests.count + 1) == content.digests ? .whole : .other
        }
        guard try call(.look, { lstat(place, &info) }, or: [ENOENT]) else { return .absent }
        guard info.st_mode & S_IFMT == S_IFDIR else { return .other }
        let sums = place + "/" + DropContent.sums
        guard try call(.look, { lstat(sums, &info) }, or: [ENOENT]) else {
            // A rename would replace an empty folder.
            return Self.names(in: place).isEmpty ? .absent : .other
        }
        return Self.contents(of: sums, most: content.digests.count + 1) == content.digests ? .whole : .other
    }

    /// Writes a draft for the claim `requestID` and syncs it; returns its path. A failure leaves nothing of it.
    func draft(_ content: DropContent, for requestID: String) throws(Failure) -> String {
        let draft = "\(path)/.\(content.name).\(requestID)\(Self.draftEnding)"
        discard(draft)
        do throws(Failure) {
            _ = try call(.makeDraft) { mkdir(draft, 0o700) }
            for file in content.files { try write(file, into: draft) }
            try sync(draft, .syncDraft)
            return draft
        } catch {
            discard(draft)
            throw error
        }
    }

    /// Lets a draft appear under its own name; false when something has that name already.
    func publish(_ draft: String, as content: DropContent) throws(Failure) -> Bool {
        try call(.rename, { rename(draft, "\(path)/\(content.name)") }, or: [EEXIST, ENOTEMPTY, ENOTDIR])
    }

    /// Syncs the folder, so that what appeared stays.
    func sync() throws(Failure) { try sync(path, .syncFolder) }

    /// Removes a draft, as far as possible.
    func discard(_ draft: String) {
        for name in Self.names(in: draft) where trip(.remove) == 0 { unlink("\(draft)/\(name)") }
        if trip(.remove) == 0 { rmdir(draft) }
    }

    /// Removes the drafts of processes that ended: those that have not been touched since `untouchedSince`.
    ///
    /// A draft is renamed first, so that a process that was only stopped can no longer let half of it appear.
    func sweep(untouchedSince: Instant) {
        for name in Self.names(in: path) where name.hasPrefix(".") {
            let isGone = name.hasPrefix(Self.goneBeginning)
            let place = "\(path)/\(name)"
            var info = stat()
            guard isGone || name.hasSuffix(Self.draftEnding), lstat(place, &info) == 0,
                info.st_mode & S_IFMT == S_IFDIR, Int64(info.st_mtim.tv_sec) < untouchedSince.seconds
            else { continue }
            let gone = isGone ? place : "\(path)/\(Self.goneBeginning)\(name.dropFirst())"
            guard isGone || rename(place, gone) == 0 else { continue }
            discard(gone)
        }
    }

    private func write(_ file: DropContent.File, into draft: String) throws(Failure) {
        var descriptor: Int32 = -1
        _ = try call(.openFile) {
            descriptor = open("\(draft)/\(file.name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            return descriptor
        }
        defer { close(descriptor) }
        var written = 0
        while written < file.bytes.count {
            _ = try call(.writeFile) {
                let count = file.bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                written += max(0, count)
                return count < 0 ? -1 : 0
            }
        }
        _ = try call(.syncFile) { fsync(descriptor) }
    }

    private func sync(_ folder: String, _ step: Step) throws(Failure) {
        _ = try call(step) { DurableFolder.sync(folder) ? 0 : -1 }
    }

    /// Does a step, again after a signal; false when it failed with one of `expected`.
    private func call(_ step: Step, _ body: () -> Int32, or expected: Set<Int32> = []) throws(Failure) -> Bool {
        let tripped = trip(step)
        guard tripped == 0 else { throw Failure(step: step, number: tripped) }
        while body() < 0 {
            let number = errno
            if number == EINTR { continue }
            guard expected.contains(number) else { throw Failure(step: step, number: number) }
            return false
        }
        return true
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a file; nil when it cannot be read. Reads at most `most` bytes.
    private static func contents(of path: String, most: Int) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: most)
        var count = 0
        while count < most {
            let more = bytes[count...].withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            guard more >= 0 else { return nil }
            guard more > 0 else { break }
            count += more
        }
        return Array(bytes[..<count])
    }
}
