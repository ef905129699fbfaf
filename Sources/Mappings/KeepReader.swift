/// Reads the items of a `keep` list: `status`, `effective[x]`, `participant.individual`, `extension(url)`.
struct KeepReader {
    private final class Branch {
        var isWhole = false
        var children: [String: Branch] = [:]
    }

    private let elements: R4Elements?
    private let root = Branch()
    private var extensions: [String] = []
    private var items: [Keep.Item] = []

    init(elements: R4Elements?) {
        self.elements = elements
    }

    /// Takes one item; returns what is wrong with it, if anything.
    mutating func add(_ item: String, _ place: FilePlace) -> ElementProblem? {
        items.append(Keep.Item(text: item, place: place))
        if item.hasPrefix("extension("), item.hasSuffix(")") {
            let url = String(item.dropFirst("extension(".count).dropLast())
            guard !url.isEmpty else {
                return ElementProblem(message: "'\(item)' names no extension", suggestion: nil)
            }
            extensions.append(url)
            return nil
        }
        let isChoice = item.hasSuffix("[x]")
        let path = isChoice ? String(item.dropLast(3)) : item
        if let problem = problem(with: path, isChoice: isChoice) { return problem }
        let steps = path.split(separator: ".").map(String.init)
        var branch = root
        for step in steps {
            if branch.isWhole { return ElementProblem(message: "'\(item)' is kept twice", suggestion: nil) }
            let next = branch.children[step] ?? Branch()
            branch.children[step] = next
            branch = next
        }
        if branch.isWhole || !branch.children.isEmpty {
            return ElementProblem(message: "'\(item)' is kept twice", suggestion: nil)
        }
        branch.isWhole = true
        return nil
    }

    private func problem(with path: String, isChoice: Bool) -> ElementProblem? {
        if ["id", "meta", "contained", "modifierExtension", "resourceType"].contains(path) {
            return ElementProblem(message: "'\(path)' is always looked after and not listed", suggestion: nil)
        }
        guard let elements else { return nil }
        guard let element = elements.elements[path] else {
            if let choice = elements.elements.keys.first(where: { elements.keys(of: $0).contains(path) }) {
                return ElementProblem(message: "'\(path)' is a choice element", suggestion: choice + "[x]")
            }
            let above = path.split(separator: ".").dropLast().joined(separator: ".")
            if elements.element(at: above) != nil, elements.isLeaf(above) {
                return ElementProblem(
                    message: "'\(above)' is of a data type, which is kept whole or not", suggestion: above)
            }
            return elements.unknown(path)
        }
        if element.choiceTypes.isEmpty == isChoice {
            return ElementProblem(
                message: isChoice ? "'\(path)' is not a choice element" : "'\(path)' is a choice element",
                suggestion: isChoice ? path : path + "[x]")
        }
        return nil
    }

    /// The list that was read; `place` is its line.
    func keep(place: FilePlace) -> Keep {
        Keep(parts, items: items, place: place)
    }

    /// The parts that were read, by JSON keys.
    private var parts: Keep.Parts {
        let read = parts(of: root, at: "")
        guard !extensions.isEmpty else { return read }
        return Keep.Parts(
            keys: read.keys.union(["extension"]), reduced: read.reduced + [("extension", .extensions(extensions))])
    }

    private func parts(of branch: Branch, at path: String) -> Keep.Parts {
        var keys: Set<String> = []
        var reduced: [(key: String, part: Keep.Part)] = []
        for (name, child) in branch.children.sorted(by: { $0.key < $1.key }) {
            let inner = path.isEmpty ? name : path + "." + name
            for key in elements?.keys(of: inner) ?? [inner] {
                let own = String(key.dropFirst(path.isEmpty ? 0 : path.count + 1))
                keys.formUnion([own, "_" + own])
                if !child.isWhole { reduced.append((own, .children(parts(of: child, at: inner)))) }
            }
        }
        return Keep.Parts(keys: keys, reduced: reduced)
    }
}
