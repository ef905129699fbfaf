/// The word by which this program was called, for the commands that it prints: they should run as they are printed.
struct ProgramName: Sendable, Hashable {
    /// What this process was called by.
    static let current = ProgramName(calledBy: CommandLine.arguments.first ?? "")
    /// The word in documentation and hints.
    static let standard = ProgramName(calledBy: "pdex")

    /// As it is typed in a shell.
    let text: String

    /// The path as it was typed, or `pdex` when the shell found it on its PATH.
    init(calledBy word: String) {
        text = word.contains("/") ? word.typedInShell : "pdex"
    }

    /// Commands in the text of a fault; two spaces set them off.
    func inserted(into text: String) -> String {
        text.replacing("  pdex ", with: "  \(self.text) ")
    }
}

extension String {
    /// The word as a shell takes it for one: in quotes unless it is plain.
    var typedInShell: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || "/._-+,:@%".utf8.contains(byte)
            }
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
