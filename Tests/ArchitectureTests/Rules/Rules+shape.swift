extension Rule<SourceFile> {
    static let size = Rule(
        "files are small: half have at most 100 lines, nine in ten at most 300, none over 500",
        planted: [
            [long(501)] + (0..<20).map { _ in long(10) },
            [long(310), long(310)] + (0..<10).map { _ in long(10) },
            [long(101), long(101), long(10)],
        ],
        innocent: [long(500)] + (0..<20).map { _ in long(100) }
    ) { files in
        var offences = files.filter { $0.length > 500 }.map { "\($0.path) has \($0.length) lines" }
        let lengths = files.map(\.length).sorted()
        guard let longest = lengths.last else { return offences }
        let median = lengths[lengths.count / 2]
        let ninth = lengths.count < 10 ? longest : lengths[lengths.count * 9 / 10]
        if median > 100 { offences.append("the median file has \(median) lines") }
        if ninth > 300, lengths.count >= 10 { offences.append("one file in ten has \(ninth) lines or more") }
        return offences
    }

    static let names = Rule(
        "no file or folder is named after nothing",
        planted: ["Utilities/A", "PDex/JSONHelper", "Common/A", "Jobs/JobManager", "PDex/Misc"]
            .map { [SourceFile(path: "Sources/\($0).swift", text: "")] },
        innocent: [SourceFile(path: "Sources/PDexCLI/Commands/RunCommand.swift", text: "")]
    ) { files in
        let empty = ["util", "helper", "common", "manager", "misc"]
        return files.map(\.path).filter { path in empty.contains { path.lowercased().contains($0) } }
    }

    private static func long(_ lines: Int) -> SourceFile {
        SourceFile(path: "Sources/PDex/A.swift", text: String(repeating: "\n", count: lines))
    }
}

extension SourceFile {
    /// How many lines the file has.
    fileprivate var length: Int { lines.last == "" ? lines.count - 1 : lines.count }
}
