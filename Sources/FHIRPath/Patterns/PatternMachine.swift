/// Runs a pattern's automaton over a text, all its paths at once (Thompson's construction, with Pike's groups).
struct PatternMachine {
    /// A path through the automaton: its step, and where its groups begin and end.
    private struct Way {
        let step: Int
        let groups: [Int]
    }

    let pattern: TextPattern
    let text: [UInt32]
    /// How many steps were taken; the caller charges for them.
    private(set) var cost = 0
    private let costLimit: Int
    /// Whether the cost got too large: then the answer is worthless.
    private(set) var isExhausted = false

    private var marks: [Int]
    private var mark = 0

    /// Whether groups are of interest; copying them costs more than everything else.
    private let keepsGroups: Bool

    init(_ pattern: TextPattern, _ text: String, costLimit: Int, keepsGroups: Bool = false) {
        self.pattern = pattern
        self.keepsGroups = keepsGroups
        self.text = text.unicodeScalars.map(\.value)
        self.costLimit = costLimit
        marks = Array(repeating: 0, count: pattern.steps.count)
    }

    /// Where the first match from `start` on and its groups are; a group that took no part is -1.
    mutating func match(from start: Int, isWhole: Bool = false, anywhere: Bool = true) -> [Int]? {
        var ways: [Way] = []
        var found: [Int]?
        let none = keepsGroups ? Array(repeating: -1, count: TextPattern.maximumGroups * 2) : []
        var position = start
        while position <= text.count {
            guard cost <= costLimit else {
                isExhausted = true
                return nil
            }
            if found == nil, anywhere || position == start {
                if ways.isEmpty { mark += 1 }
                follow(0, none, position, &ways)
            }
            guard !ways.isEmpty else {
                if found != nil || !anywhere { break }
                position += 1
                continue
            }
            var next: [Way] = []
            mark += 1
            for way in ways {
                cost += 1
                if case .match = pattern.steps[way.step] {
                    if isWhole, position < text.count { continue }
                    found = way.groups
                    break
                }
                if position < text.count, accepts(way.step, text[position]) {
                    follow(way.step + 1, way.groups, position + 1, &next)
                }
            }
            ways = next
            if found != nil, ways.isEmpty { break }
            position += 1
        }
        return found
    }

    private func accepts(_ step: Int, _ scalar: UInt32) -> Bool {
        switch pattern.steps[step] {
        case .scalar(let wanted): wanted == scalar
        case .any: true
        case .set(let set): set.contains(scalar)
        default: false
        }
    }

    /// Follows to all steps that take a character; the stack is ours, so a large pattern cannot exhaust the thread's.
    private mutating func follow(_ first: Int, _ groups: [Int], _ position: Int, _ ways: inout [Way]) {
        var stack = [Way(step: first, groups: groups)]
        while let way = stack.popLast() {
            guard marks[way.step] != mark else { continue }
            marks[way.step] = mark
            cost += 1
            switch pattern.steps[way.step] {
            case .jump(let target): stack.append(Way(step: target, groups: way.groups))
            case .split(let preferred, let other):
                stack.append(Way(step: other, groups: way.groups))
                stack.append(Way(step: preferred, groups: way.groups))
            case .save(let slot):
                var saved = way.groups
                if keepsGroups { saved[slot] = position }
                stack.append(Way(step: way.step + 1, groups: saved))
            case .start: if position == 0 { stack.append(Way(step: way.step + 1, groups: way.groups)) }
            case .end: if position == text.count { stack.append(Way(step: way.step + 1, groups: way.groups)) }
            case .wordBoundary(let wanted):
                if isBoundary(position) == wanted { stack.append(Way(step: way.step + 1, groups: way.groups)) }
            default: ways.append(way)
            }
        }
    }

    private func isBoundary(_ position: Int) -> Bool {
        let word = ScalarSet.named("w") ?? ScalarSet()
        let before = position > 0 && word.contains(text[position - 1])
        let after = position < text.count && word.contains(text[position])
        return before != after
    }
}
