import Foundation

extension Page {
    /// The first cell of each row of the table under a heading, without its code marks.
    func rows(under heading: String) -> [String] {
        guard let start = lines.firstIndex(where: { $0.hasPrefix("#") && $0.hasSuffix(" " + heading) }) else {
            return []
        }
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
        return section.filter { $0.hasPrefix("| `") }.compactMap {
            $0.split(separator: "`").dropFirst().first.map(String.init)
        }
    }

    /// The words in bold.
    var bold: Set<String> {
        Set(
            lines.flatMap { line in
                line.components(separatedBy: "**").enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
            })
    }

    /// The arrows of a Mermaid drawing, without those from the beginning and to the end.
    var arrows: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 3, words[1] == "-->", words[0] != "[*]", words[2] != "[*]" else { return nil }
            return words[...2].joined(separator: " ")
        }
    }
}
