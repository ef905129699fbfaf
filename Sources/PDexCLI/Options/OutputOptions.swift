import ArgumentParser

/// How a command writes its output; the same for all commands.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How results are written to stdout.", valueName: "format"))
    var output = OutputFormat.text

    @Flag(help: "No colours, no bar; NO_COLOR in the environment does the same for colours.")
    var noColor = false

    @Flag(name: .shortAndLong, help: "No progress on stderr; errors are still written there.")
    var quiet = false

    /// Where the results go.
    var results: Results { Results(format: output, isColoured: !noColor && Terminal.allowsColour(on: 1)) }

    /// Where the progress goes.
    var progress: RunProgress { RunProgress(style: quiet ? .none : noColor ? .lines : Terminal.progressStyle) }
}
