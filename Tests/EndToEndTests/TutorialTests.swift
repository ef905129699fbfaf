import Foundation
import Testing

@Suite("The tutorial on mappings")
struct TutorialTests {
    /// One fenced block of the page.
    private struct Block {
        let language: String
        let text: String
    }

    private static let page: String = {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appendingPathComponent("docs/tutorial/your-first-mapping.md").path
        return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }()

    private static let blocks: [Block] = page.matches(of: /```([a-z]*)\n([\s\S]*?)```/).map {
        Block(language: String($0.1), text: String($0.2))
    }

    private static let commands: [[String]] = page.matches(of: /`pdex (mappings [^`]*--mappings mappings)`/).map {
        $0.1.split(separator: " ").map(String.init)
    }

    @Test("whoever types what the page says sees what the page shows")
    func commandsAndOutputs() async throws {
        let files = Self.blocks.filter { $0.language == "yaml" }.map(\.text)
        let resources = Self.blocks.filter { $0.language == "json" }.map(\.text)
        let outputs = Self.blocks.filter(\.language.isEmpty).map { $0.text.trimmingCharacters(in: .newlines) }
        try #require(files.count == 3 && resources.count == 1 && Self.commands.count == outputs.count)

        let printed = try await withTemporaryFolder { folder in
            let set = folder + "/mappings/garden"
            try FileManager.default.createDirectory(atPath: set, withIntermediateDirectories: true)
            for (name, text) in zip(["set", "goal", "goal.test"], files) {
                try text.write(toFile: "\(set)/\(name).yaml", atomically: true, encoding: .utf8)
            }
            try resources[0].write(toFile: folder + "/goal.json", atomically: true, encoding: .utf8)
            return try Self.commands.map { command in
                try PDexProcess(command, in: folder, directory: folder).ending().output
                    .trimmingCharacters(in: .newlines)
            }
        }

        #expect(printed == outputs)
        #expect(printed.count == 3)
    }
}
