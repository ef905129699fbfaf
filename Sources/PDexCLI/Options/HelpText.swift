/// The text below the options in every help text.
enum HelpText {
    /// Examples, then the exit codes.
    static func with(_ about: String = "", examples: [String]) -> String {
        let lines = (["EXAMPLES"] + examples.map { "  " + $0 }).joined(separator: "\n")
        return [about, lines, CommandStatus.listing].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
