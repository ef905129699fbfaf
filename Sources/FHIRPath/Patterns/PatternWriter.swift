/// Turns a pattern's tree into the steps of an automaton.
struct PatternWriter {
    private(set) var steps: [TextPattern.Step] = []
    private let column: Int
    private var visits = 0
    private var tooLarge: PathError { PathError("the pattern is too large: repeat less", column: column) }

    init(column: Int) {
        self.column = column
    }

    mutating func add(_ step: TextPattern.Step) throws(PathError) {
        guard steps.count < TextPattern.maximumSteps else {
            throw tooLarge
        }
        steps.append(step)
    }

    mutating func write(_ tree: PatternTree) throws(PathError) {
        // Repeating nothing makes no steps, but takes time all the same.
        visits += 1
        guard visits <= 4 * TextPattern.maximumSteps else { throw tooLarge }
        switch tree {
        case .step(let step): try add(step)
        case .sequence(let parts): for part in parts { try write(part) }
        case .either(let branches): try write(branches[...])
        case .group(let inner, let number):
            guard number < TextPattern.maximumGroups else { return try write(inner) }
            try add(.save(number * 2))
            try write(inner)
            try add(.save(number * 2 + 1))
        case .repeated(let inner, let least, let most, let isLazy):
            try write(inner, least, most, isLazy)
        }
    }

    private mutating func write(_ branches: ArraySlice<PatternTree>) throws(PathError) {
        var jumps: [Int] = []
        for branch in branches.dropLast() {
            let split = steps.count
            try add(.match)
            try write(branch)
            jumps.append(steps.count)
            try add(.match)
            steps[split] = .split(split + 1, steps.count)
        }
        if let last = branches.last { try write(last) }
        for jump in jumps { steps[jump] = .jump(steps.count) }
    }

    private mutating func write(
        _ inner: PatternTree, _ least: Int, _ most: Int?, _ isLazy: Bool
    ) throws(PathError) {
        for _ in 0..<least { try write(inner) }
        guard let most else {
            let split = steps.count
            try add(.match)
            try write(inner)
            try add(.jump(split))
            steps[split] = way(split + 1, steps.count, isLazy)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(steps.count)
            try add(.match)
            try write(inner)
        }
        for split in splits { steps[split] = way(split + 1, steps.count, isLazy) }
    }

    private func way(_ inside: Int, _ past: Int, _ isLazy: Bool) -> TextPattern.Step {
        isLazy ? .split(past, inside) : .split(inside, past)
    }
}
