import FHIR

/// Turns the flat list of a snapshot into a tree: children under their element, slices under the element that they
/// slice.
struct SnapshotCompiler {
    private let elements: [JSONValue]
    private let library: PackageSet
    private var next = 0
    private(set) var byID: [String: ElementRule] = [:]

    init(_ elements: [JSONValue], library: PackageSet) {
        self.elements = elements
        self.library = library
    }

    /// The tree's root; nil when the list is broken.
    mutating func compile() -> ElementRule? {
        guard let node = read() else { return nil }
        return link(node, siblings: [], of: nil)
    }

    /// An element with everything under it, not yet linked.
    private final class Node {
        let draft: ElementDraft
        let id: String
        var children: [Node] = []
        var slices: [Node] = []

        init(_ draft: ElementDraft, id: String) {
            self.draft = draft
            self.id = id
        }
    }

    private mutating func read() -> Node? {
        guard next < elements.count, let draft = ElementDraft(elements[next], library: library) else { return nil }
        let node = Node(draft, id: elements[next]["id"]?.string ?? draft.path)
        next += 1
        let prefix = draft.path + "."
        while next < elements.count, elements[next]["path"]?.string?.hasPrefix(prefix) == true {
            guard let child = read() else { return nil }
            if let name = child.draft.sliceName, let last = node.children.last, last.draft.path == child.draft.path {
                Self.attach(child, named: name, to: last)
            } else {
                node.children.append(child)
            }
        }
        return node
    }

    /// A slice of a slice has a name like `outer/inner`.
    private static func attach(_ slice: Node, named name: String, to sliced: Node) {
        let outer = name.lastIndex(of: "/").map { String(name[..<$0]) }
        if let outer, let holder = sliced.slices.last(where: { $0.draft.sliceName == outer }) {
            holder.slices.append(slice)
        } else {
            sliced.slices.append(slice)
        }
    }

    /// `sliced` is the element that this one is a slice of.
    private mutating func link(_ node: Node, siblings: [ElementRule], of sliced: ElementDraft?) -> ElementRule {
        var children: [ElementRule] = []
        for child in node.children { children.append(link(child, siblings: [], of: nil)) }
        // A slice that says nothing about its children has those of the element that it slices.
        if children.isEmpty { children = siblings }
        let slices = node.slices.map {
            link($0, siblings: children, of: sliced.map { node.draft.adding($0) } ?? node.draft)
        }
        let slicing = Self.slicing(node.draft, slices)
        let rule = ElementRule(
            node.draft, children: children, slices: slices, slicing: slicing,
            outer: sliced.map { ElementRule(node.draft.lacking($0), children: [], slices: [], slicing: nil) })
        byID[node.id] = rule
        return rule
    }

    private static func slicing(_ draft: ElementDraft, _ slices: [ElementRule]) -> Slicing? {
        guard !slices.isEmpty else { return nil }
        let discriminators = draft.slicing?["discriminator"]?.elements ?? []
        let matchers = slices.map { slice in
            SliceMatcher(slice, discriminators: discriminators, isChoice: draft.isChoice)
        }
        return Slicing(
            rules: draft.slicing?["rules"]?.string.flatMap(Slicing.Rules.init) ?? .open,
            isOrdered: draft.slicing?["ordered"]?.bool ?? false, matchers: matchers)
    }
}
