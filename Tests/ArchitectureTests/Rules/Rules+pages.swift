import Foundation

extension Rule<Page> {
    static let frontMatter = Rule(
        "every page of docs says for whom it is and of which type, and lies in the folder of its type",
        planted: [
            [Page(path: "docs/how-to/a.md", text: "# A")],
            [Page(path: "docs/how-to/a.md", text: "---\naudience: everybody\ntype: how-to\n---\n# A")],
            [Page(path: "docs/how-to/a.md", text: "---\naudience: operator\ntype: reference\n---\n# A")],
        ],
        innocent: [
            Page(path: "docs/how-to/a.md", text: "---\naudience: operator\ntype: how-to\n---\n# A"),
            Page(path: "README.md", text: ""),
        ]
    ) { pages in
        let audiences = ["newcomer", "operator", "mapping author", "contributor"]
        let types = [
            "docs": "index", "docs/tutorial": "tutorial", "docs/how-to": "how-to", "docs/reference": "reference",
            "docs/explanation": "explanation", "docs/decisions": "decision", "docs/evidence": "evidence",
        ]
        return pages.filter { $0.folder.first == "docs" }.flatMap { page -> [String] in
            var offences: [String] = []
            let readers = (page.frontMatter["audience"] ?? "").components(separatedBy: ", ")
            if !readers.allSatisfy(audiences.contains) {
                offences.append("\(page.path): audience must be of \(audiences)")
            }
            let type = types[page.folder.joined(separator: "/")]
            if page.frontMatter["type"] != type {
                offences.append("\(page.path): type must be \(type ?? "that of a known folder")")
            }
            return offences
        }
    }

    static let title = Rule(
        "every page has one title, its first heading",
        planted: [
            [Page(path: "docs/a.md", text: "## A")], [Page(path: "docs/a.md", text: "# A\n# B")],
        ],
        innocent: [Page(path: "docs/a.md", text: "# A\n## B\n```\n# a comment\n```")]
    ) { pages in
        pages.filter { page in
            page.headings.first?.level != 1 || page.headings.filter { $0.level == 1 }.count != 1
        }.map(\.path)
    }

    static let links = Rule(
        "every relative link leads to a file that is there, and its anchor to a place in it",
        planted: [
            [Page(path: "docs/a.md", text: "[b](b.md)")],
            [Page(path: "docs/a.md", text: "[b](#b)\n# A")],
            [Page(path: "docs/a.md", text: "[b](b.md#b)"), Page(path: "docs/b.md", text: "# A")],
            [Page(path: "docs/a.md", text: "[b](../../README.md)")],
        ],
        innocent: [
            Page(path: "docs/a.md", text: "[b](b.md#the-b), [c](https://example.org), [d](#a), `[e](f)`\n# A"),
            Page(path: "docs/b.md", text: "# The B"),
        ]
    ) { pages in
        pages.flatMap { page in
            page.links.filter { !$0.target.contains("://") && !$0.target.hasPrefix("mailto:") }.compactMap { link in
                let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                guard let path = resolve(String(parts[0]), from: page) else {
                    return "\(page.path):\(link.line): \(link.target) leads out of the repository"
                }
                guard let target = pages.first(where: { $0.path == path }) else {
                    guard !Repository.exists(path) || parts.count > 1 else { return nil }
                    return "\(page.path):\(link.line): \(link.target) leads nowhere"
                }
                guard parts.count == 2, !target.anchors.contains(String(parts[1])) else { return nil }
                return "\(page.path):\(link.line): \(link.target) has no such anchor"
            }
        }
    }

    static let machinePaths = Rule(
        "no page names a path of one particular machine",
        planted: [[Page(path: "docs/a.md", text: "put it in /" + "home/me/data")]],
        innocent: [Page(path: "docs/a.md", text: "https://example.org/homes, mappings/us-core-6.1.0/")]
    ) { pages in
        let homes = ["work", "root", "opt", "home", "Users"].flatMap { [" /\($0)/", "`/\($0)/", "\"/\($0)/"] }
        return pages.flatMap { page in
            page.lines.enumerated().filter { _, line in homes.contains { line.contains($0) } }
                .map { "\(page.path):\($0.offset + 1)" }
        }
    }

    private static func resolve(_ target: String, from page: Page) -> String? {
        guard !target.isEmpty else { return page.path }
        var folders = page.folder
        for step in target.split(separator: "/") where step != "." {
            if step != ".." {
                folders.append(String(step))
            } else if folders.popLast() == nil {
                return nil
            }
        }
        return folders.joined(separator: "/")
    }
}
