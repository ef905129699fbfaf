import Foundation

/// What one process of the crowd records outside the store: a line for each time that it settled something.
struct WorkerBook {
    /// The outcome of settling.
    enum Ending: String, CaseIterable {
        /// It held the claim, and the store accepted it.
        case accepted
        /// The store accepted it although the claim had passed to another.
        case usurped
        /// The store changed nothing.
        case refused
    }

    private let file: FileHandle

    /// Creates a book at that path.
    init(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    /// Writes one line.
    func note(_ submission: String, _ ending: Ending) throws {
        try file.write(contentsOf: Data("\(ending.rawValue) \(submission)\n".utf8))
    }

    /// The submissions by outcome, each as often as it was recorded.
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
