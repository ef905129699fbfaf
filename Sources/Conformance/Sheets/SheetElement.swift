/// An element of a profile sheet while it is read: what the sheet says about it, and about the elements below.
struct SheetElement {
    /// The name in JSON, including `[x]` for a choice.
    let name: String
    private var isNeeded = false
    private var bindings: [Binding] = []
    private var invariants: [Invariant] = []
    private var children: [SheetElement] = []

    init(_ name: String) {
        self.name = name
    }

    /// Requires the element at the end of the path, wherever the one above it is present.
    mutating func require(_ path: ArraySlice<String>) { edit(path) { $0.isNeeded = true } }

    /// Requires the element's code to be from a value set.
    mutating func bind(_ path: ArraySlice<String>, _ binding: Binding) { edit(path) { $0.bindings.append(binding) } }

    /// Requires the rule to hold for the element.
    mutating func hold(_ path: ArraySlice<String>, _ invariant: Invariant) {
        edit(path) { $0.invariants.append(invariant) }
    }

    private mutating func edit(_ path: ArraySlice<String>, _ change: (inout SheetElement) -> Void) {
        guard let step = path.first else { return change(&self) }
        let place = children.firstIndex { $0.name == step }
        if place == nil { children.append(SheetElement(step)) }
        children[place ?? children.count - 1].edit(path.dropFirst(), change)
    }

    /// The element as the validator walks it.
    func rule(at path: String) -> ElementRule {
        ElementRule(
            ElementDraft(sheet: name, path: path, min: isNeeded ? 1 : 0, bindings: bindings, invariants: invariants),
            children: children.map { $0.rule(at: "\(path).\($0.name)") }, slices: [], slicing: nil)
    }
}

extension ElementDraft {
    /// What a profile sheet says about an element.
    fileprivate init(sheet name: String, path: String, min: Int, bindings: [Binding], invariants: [Invariant]) {
        self.path = path
        isChoice = name.hasSuffix("[x]")
        self.name = isChoice ? String(name.dropLast(3)) : name
        sliceName = nil
        self.min = min
        max = .max
        isArray = false
        isPartial = true
        types = []
        fixed = nil
        pattern = nil
        self.bindings = bindings
        self.invariants = invariants
        maxLength = nil
        least = nil
        most = nil
        contentReference = nil
        slicing = nil
    }
}
