extension Rule<SourceFile> {
    static let permits = gate(
        "a permitted exchange is made in the consent step and nowhere else",
        "PermittedExchange(", only: "Sources/Pipeline/Steps/3-Consent.swift")

    static let sending = gate(
        "a bundle is sent to a payer in the submit step and nowhere else",
        ".submit(", with: "requestID:", only: "Sources/Pipeline/Steps/6-Submit.swift")

    private static let wires: Set = [
        "Sources/Simulation/Processes/ProcessPayer.swift", "Sources/Simulation/Files/DroppingPayer.swift",
        "Sources/Simulation/Files/SubmittingPayer.swift",
    ]

    /// A call that only one file may make; `argument` distinguishes it from calls of the same name.
    private static func gate(
        _ sentence: String, _ call: String, with argument: String = "", only path: String
    ) -> Rule {
        Rule(
            sentence,
            planted: [
                [SourceFile(path: "Sources/Jobs/A.swift", text: "let x = payer\(call)\n  bundle, \(argument) id)")]
            ],
            innocent: [
                SourceFile(path: path, text: "let x = payer\(call)bundle, \(argument) id)"),
                SourceFile(
                    path: "Sources/PDex/A.swift", text: "// \(call)\nfunc submit(_: [UInt8], requestID: String)"),
            ]
        ) { files in
            // The simulation's payers replace the wire below the step.
            files.filter { $0.path != path && !wires.contains($0.path) }
                .flatMap { $0.places(of: call, with: argument) }
        }
    }
}

extension SourceFile {
    /// Where `call` stands in the code with `argument` in the same line or one of the next three.
    fileprivate func places(of call: String, with argument: String) -> [String] {
        code.indices.filter { index in
            let statement = code[index..<min(index + 4, code.count)]
            return code[index].contains(call) && (argument.isEmpty || statement.contains { $0.contains(argument) })
        }.map { "\(path):\($0 + 1)" }
    }
}
