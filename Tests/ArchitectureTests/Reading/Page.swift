import Foundation

/// A Markdown page as the rules look at it.
struct Page: Sendable {
    /// A link in the page.
    struct Link: Sendable, Equatable {
        let line: Int
        let target: String
    }

    /// From the root of the repository, such as `docs/reference/states.md`.
    let path: String
    /// The lines as written.
    let lines: [Substring]
    /// `key: value` lines between the dashes at the top.
    let frontMatter: [String: String]
    /// The headings of every level, without their marks, with their level.
    let headings: [(level: Int, text: String)]
    /// Everything that `#…` can point at.
    let anchors: Set<String>
    /// The links, outside code.
    let links: [Link]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        frontMatter = Self.frontMatter(lines)
        let prose = Self.prose(lines)
        headings = prose.compactMap { _, line in
            let level = line.prefix { $0 == "#" }.count
            guard (1...6).contains(level), line.dropFirst(level).first == " " else { return nil }
            return (level, String(line.dropFirst(level + 1)))
        }
        anchors = Set(
            headings.map { Self.slug($0.text) }
                + prose.flatMap { Self.targets(in: $0.text, after: "<a id=\"", until: "\"") })
        links = prose.flatMap { number, line in
            Self.targets(in: Self.withoutCode(line), after: "](", until: ")").map { Link(line: number, target: $0) }
        }
    }

    /// The folder of the page.
    var folder: [String] { path.split(separator: "/").dropLast().map(String.init) }

    /// The text between two words, as often as it occurs in a line.
    static func targets(in line: String, after start: String, until end: String) -> [String] {
        line.components(separatedBy: start).dropFirst().compactMap { rest in
            rest.contains(end) ? rest.components(separatedBy: end).first : nil
        }
    }

    /// The anchor that a heading gets: lower case, no punctuation, dashes for spaces.
    static func slug(_ heading: String) -> String {
        String(
            heading.lowercased().compactMap { character in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || character == "-" || character == "_"
                    ? character : nil
            })
    }

    private static func frontMatter(_ lines: [Substring]) -> [String: String] {
        guard lines.first == "---" else { return [:] }
        var fields: [String: String] = [:]
        for line in lines.dropFirst().prefix(while: { $0 != "---" }) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0])] = parts[1].trimmingPrefix(" ").description }
        }
        return fields
    }

    private static func prose(_ lines: [Substring]) -> [(number: Int, text: String)] {
        var fenced = false
        return lines.enumerated().compactMap { index, line in
            if line.hasPrefix("```") {
                fenced.toggle()
                return nil
            }
            return fenced ? nil : (index + 1, String(line))
        }
    }

    private static func withoutCode(_ line: String) -> String {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map { String($0.element) }.joined()
    }
}
