import Foundation

/// What one process of the crowd writes down beside the store: a line for each time that it settled something.
struct WorkerBook {
    /// What came of settling.
    enum Ending: String, CaseIterable {
        /// It held the claim, and the store took it.
        case accepted
        /// The store took it although the claim had passed on.
        case usurped
        /// The store changed nothing.
        case refused
    }

    private let file: FileHandle

    /// Begins a book of that name.
    init(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    /// Writes one line.
    func note(_ submission: String, _ ending: Ending) throws {
        try file.write(contentsOf: Data("\(ending.rawValue) \(submission)\n".utf8))
    }

    /// The submissions that ended in each way, as often as they did.
    static func read(_ path: String) throws -> [Ending: [String]] {
        var found: [Ending: [String]] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, let ending = Ending(rawValue: words[0]) else { continue }
            found[ending, default: []].append(words[1])
        }
        return found
    }
}
