import Foundation

/// What `strace` saw a process do with a store's files, and where its commits are.
struct DiskRecording: Sendable {
    private(set) var events: [DiskEvent] = []
    /// For each commit, the event that wrote its last part.
    private(set) var commits: [Int] = []

    /// How many writes went to the database itself once there were commits in the log.
    var pagesMoved: Int {
        events.dropFirst(commits.first ?? events.count).count { event in
            if case .write(let file, _, _) = event { file.suffix.isEmpty } else { false }
        }
    }

    private let store: String
    private var files: [String: DiskEvent.File] = [:]
    private var count = 0
    private var isCommitFrame = false

    /// The options under which a log can be read.
    static func strace(into log: String) -> [String] {
        [
            "strace", "-f", "-qq", "-y", "-xx", "-s", "70000", "-o", log, "-e",
            "trace=pwrite64,fdatasync,fsync,ftruncate,unlink",
        ]
    }

    init(store: String) {
        self.store = store
    }

    /// Adds the log of one process after the earlier ones.
    mutating func read(log: String) throws {
        var begun: [Substring: String] = [:]
        for line in try String(contentsOfFile: log, encoding: .utf8).utf8.split(separator: UInt8(ascii: "\n")) {
            let words = Substring(line)
            guard let space = words.firstIndex(of: " ") else { continue }
            let thread = words[..<space]
            let call = words[space...].drop { $0 == " " }
            if call.hasSuffix("<unfinished ...>") {
                begun[thread] = String(call.dropLast("<unfinished ...>".count))
            } else if call.hasPrefix("<... "), let end = call.range(of: "resumed>") {
                if let start = begun.removeValue(forKey: thread) { note(Substring(start + call[end.upperBound...])) }
            } else {
                note(call)
            }
        }
    }

    /// Notes a call that came back without an error.
    private mutating func note(_ call: Substring) {
        guard let open = call.utf8.firstIndex(of: UInt8(ascii: "(")),
            let close = call.utf8.lastIndex(of: UInt8(ascii: ")")),
            !call[close...].contains("-1")
        else { return }
        let arguments = call[call.utf8.index(after: open)..<close].split(separator: ",")
        let path = Self.path(arguments[0])
        switch call[..<open] {
        case "pwrite64":
            guard let suffix = suffix(path), let offset = Self.number(arguments[3]) else { return }
            write(Self.bytes(arguments[1]), at: offset, in: file(suffix))
        case "ftruncate":
            guard let suffix = suffix(path), let size = Self.number(arguments[1]) else { return }
            events.append(.truncate(file(suffix), size: size))
        case "unlink":
            guard let suffix = suffix(path), files.removeValue(forKey: suffix) != nil else { return }
            events.append(.unlink(suffix: suffix))
        default:
            if let suffix = suffix(path) {
                events.append(.sync(file(suffix)))
            } else if store.hasPrefix(path + "/") {
                events.append(.syncFolder)
            }
        }
    }

    private mutating func write(_ bytes: [UInt8], at offset: Int, in file: DiskEvent.File) {
        events.append(.write(file, offset: offset, bytes: bytes))
        guard file.suffix == "-wal" else { return }
        // A frame is a header of 24 bytes, which gives the number of pages after a commit, and then a page.
        if bytes.count == 24 {
            isCommitFrame = bytes[4..<8].contains { $0 != 0 }
        } else if isCommitFrame, bytes.count > 32 {
            commits.append(events.count - 1)
            isCommitFrame = false
        }
    }

    private mutating func file(_ suffix: String) -> DiskEvent.File {
        if let file = files[suffix] { return file }
        count += 1
        let file = DiskEvent.File(suffix: suffix, number: count)
        files[suffix] = file
        events.append(.link(file))
        return file
    }

    /// What follows the store's own name; shared memory and locks do not outlive a power cut.
    private func suffix(_ path: String) -> String? {
        guard path.hasPrefix(store) else { return nil }
        let suffix = String(path.dropFirst(store.count))
        return ["", "-wal", "-journal"].contains(suffix) ? suffix : nil
    }

    /// The path in `5</a/b>` or in `"/a/b"`, escaped or not.
    private static func path(_ argument: Substring) -> String {
        var text = argument[...]
        if let open = text.firstIndex(of: "<") { text = text[text.index(after: open)...] }
        text = text.prefix { $0 != ">" }
        return text.contains("\\x") ? String(decoding: bytes(text), as: UTF8.self) : String(text.filter { $0 != "\"" })
    }

    private static func number(_ argument: Substring) -> Int? {
        Int(argument.drop { $0 == " " })
    }

    /// The bytes of `\x00\x01`.
    private static func bytes(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        bytes.reserveCapacity(text.utf8.count / 4)
        for letter in text.utf8 {
            let digit: UInt8
            switch letter {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = letter - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = letter - UInt8(ascii: "a") + 10
            default: continue
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }
}
