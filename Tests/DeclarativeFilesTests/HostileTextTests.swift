import DeclarativeFiles
import SampleData
import Testing

@Suite("Hostile text")
struct HostileTextTests {
    @Test("no mixture of YAML's punctuation traps, and every diagnostic lies inside the text", arguments: 1...20)
    func mixtures(seed: UInt64) {
        let pieces = [
            "a", ":", ": ", "- ", "? ", "[", "]", "{", "}", ",", "\n", "  ", "\"", "'", "|", ">", "&x ", "*x", "!t ",
            "#", "%", "---\n", "...\n", "\t", "é", "\u{7}", "\\", "<<: ", "1", "0x", "~", "\r", "\u{2028}", "\u{FEFF}",
        ]
        var random = SeededNumbers(seed: seed)
        for _ in 0..<200 {
            let text = (0..<Int.random(in: 0...40, using: &random))
                .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            for diagnostic in everything(wrongWith: text) {
                #expect((diagnostic.position?.column ?? 1) <= text.unicodeScalars.count + 1)
                #expect((diagnostic.position?.line ?? 1) <= text.unicodeScalars.count + 1)
            }
        }
    }

    @Test(
        "a megabyte of one thing is read or refused, not suffered",
        .timeLimit(.minutes(1)),
        arguments: [
            "[", "{", "- ", "? ", "a: ", "\"", "'", "\n", "[a,", "&a ", "!a ", "*a ", "{a: [", "{? a,", "a: 1\n",
        ])
    func floods(unit: String) {
        let text = String(repeating: unit, count: DeclarativeFile.maximumBytes / unit.utf8.count)
        #expect(everything(wrongWith: text).count <= text.utf8.count)
    }

    /// What is wrong with the file, or with its values.
    private func everything(wrongWith text: String) -> [FileDiagnostic] {
        do throws(FileDiagnostics) {
            let file = try DeclarativeFile.parse(text, path: "f.yaml")
            var report = FileReport()
            _ = file.root.value(&report)
            _ = file.root.fields(["a"], in: "a file", &report)
            return report.diagnostics
        } catch {
            return error.all
        }
    }
}
