/// The word by which this program was called, so that the commands that it prints can be run as printed.
struct ProgramName: Sendable, Hashable {
    /// The word by which this process was called.
    static let current = ProgramName(calledBy: CommandLine.arguments.first ?? "")
    /// The word used in documentation and hints.
    static let standard = ProgramName(calledBy: "pdex")

    /// The word as typed in a shell.
    let text: String

    /// The path as it was typed, or `pdex` when the shell found it on its PATH.
    init(calledBy word: String) {
        text = word.contains("/") ? word.typedInShell : "pdex"
    }

    /// Replaces the program's name in the commands in a fault's text; two spaces set them off.
    func inserted(into text: String) -> String {
        text.replacing("  pdex ", with: "  \(self.text) ")
    }
}

extension String {
    /// The text as a single word for a shell: in quotes unless it is plain.
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
