import ArgumentParser

/// Why an operator decides; kept in the audit trail.
struct ReasonOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Why, for the audit trail: one line of at most 200 characters that names no person.", valueName: "text"))
    var reason: String

    func validate() throws {
        try Self.check(reason)
    }

    /// Refuses a reason that is not one line, or is empty.
    static func check(_ reason: String) throws {
        let isLine = !reason.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard isLine, reason.contains(where: { !$0.isWhitespace }), reason.count <= 200 else {
            throw ValidationError("--reason is one line of at most 200 characters, and not empty.")
        }
    }
}
