/// Where the walk is; turned into text only when there is something to say.
struct ElementTrail {
    private enum Step {
        case name(String)
        case place(Int)
    }

    private var steps: [Step] = []

    mutating func enter(_ name: String) { steps.append(.name(name)) }
    mutating func enter(_ place: Int) { steps.append(.place(place)) }
    mutating func leave() { steps.removeLast() }

    /// Whether the walk is at a resource that another contains.
    var isContained: Bool {
        guard case .place? = steps.last, case .name("contained")? = steps.dropLast().last else { return false }
        return true
    }

    /// `Patient.name[0].given`
    var text: String {
        var text = ""
        for step in steps {
            switch step {
            case .name(let name): text += text.isEmpty ? name : ".\(name)"
            case .place(let place): text += "[\(place)]"
            }
        }
        return text
    }
}
