import FHIR
import FHIRPath

/// What a profile's snapshot says about one element, ready to be checked.
final class ElementRule: Sendable {
    /// The path in the definition: `Observation.value[x]`.
    let path: String
    /// The element's name in JSON, without `[x]`.
    let name: String
    let isChoice: Bool
    let sliceName: String?
    let min: Int
    let max: Int
    /// Whether JSON writes an array, which the base definition decides (FHIR R4 §2.6.2).
    let isArray: Bool
    /// From a profile sheet: elements that it does not name are not checked, and whether this one repeats is unknown.
    let isPartial: Bool
    let types: [ElementType]
    let fixed: JSONValue?
    let pattern: JSONValue?
    let bindings: [Binding]
    let invariants: [Invariant]
    let maxLength: Int?
    /// The least value allowed (`minValue[x]`), and the greatest.
    let least: JSONValue?
    let most: JSONValue?
    /// Where the rules are, when the element repeats another's content.
    let contentReference: String?
    let slicing: Slicing?
    let slices: [ElementRule]
    let children: [ElementRule]
    /// For a slice: the rules of the sliced element that the slice does not repeat; they do not tell slices apart.
    let outer: ElementRule?
    /// The names that an object of this element may have.
    let slots: [String: Slot]

    /// What a JSON name means: which child, of which type, and whether it is the `_name` companion of a primitive.
    struct Slot: Sendable {
        let child: Int
        let type: Int
        let isCompanion: Bool
    }

    init(
        _ draft: ElementDraft, children: [ElementRule], slices: [ElementRule], slicing: Slicing?,
        outer: ElementRule? = nil
    ) {
        path = draft.path
        name = draft.name
        isChoice = draft.isChoice
        sliceName = draft.sliceName
        min = draft.min
        max = draft.max
        isArray = draft.isArray
        isPartial = draft.isPartial
        types = draft.types
        fixed = draft.fixed
        pattern = draft.pattern
        bindings = draft.bindings
        invariants = draft.invariants
        maxLength = draft.maxLength
        least = draft.least
        most = draft.most
        contentReference = draft.contentReference
        self.slicing = slicing
        self.slices = slices
        self.children = children
        self.outer = outer
        slots = Self.slots(of: children)
    }

    /// Whether a rule or the slicing of this element depends on the target of a reference.
    var asksTargets: Bool {
        invariants.contains { $0.expression?.resolves ?? false }
            || slicing?.matchers.contains(where: \.resolves) ?? false
    }

    /// Whether the condition holds for this element, or for one below.
    func contains(where condition: (ElementRule) -> Bool) -> Bool {
        condition(self) || (children + slices).contains { $0.contains(where: condition) }
    }

    private static func slots(of children: [ElementRule]) -> [String: Slot] {
        var slots: [String: Slot] = [:]
        for (index, child) in children.enumerated() {
            if child.isChoice, !child.isPartial {
                for (place, type) in child.types.enumerated() {
                    let name = child.name + type.code.prefix(1).uppercased() + type.code.dropFirst()
                    slots[name] = Slot(child: index, type: place, isCompanion: false)
                    slots["_" + name] = Slot(child: index, type: place, isCompanion: true)
                }
            } else {
                slots[child.name] = Slot(child: index, type: 0, isCompanion: false)
                slots["_" + child.name] = Slot(child: index, type: 0, isCompanion: true)
            }
        }
        return slots
    }
}
