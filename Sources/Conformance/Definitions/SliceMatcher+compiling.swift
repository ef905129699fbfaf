import FHIR

extension SliceMatcher {
    /// Makes the test from the slice's own rules at the places that the discriminators name (FHIR R4 §5.1.0.14).
    init(_ slice: ElementRule, discriminators: [JSONValue], isChoice: Bool) {
        guard slice.sliceName != "@default" else {
            self = .remainder
            return
        }
        var tests: [SliceMatcher] = []
        for discriminator in discriminators {
            let type = discriminator["type"]?.string ?? ""
            guard let path = discriminator["path"]?.string.flatMap({ SlicePath($0) }) else {
                tests.append(.undecidable)
                continue
            }
            tests.append(Self.test(slice, type, path))
        }
        if discriminators.isEmpty, isChoice {
            tests = [.type(SlicePath([]), Set(slice.types.map(\.code)))]
        }
        // A discriminator about which the slice says nothing excludes no element, as long as another one decides.
        let decisive = tests.filter { if case .undecidable = $0 { false } else { true } }
        self = decisive.isEmpty ? .undecidable : decisive.count == 1 ? decisive[0] : .all(decisive)
    }

    private static func test(_ slice: ElementRule, _ type: String, _ path: SlicePath) -> SliceMatcher {
        switch type {
        case "value", "pattern": return value(slice, path)
        case "exists":
            guard let rule = descend(slice, path.steps) else { return .undecidable }
            return rule.max == 0 ? .exists(path, false) : rule.min > 0 ? .exists(path, true) : .undecidable
        case "type":
            guard let rule = descend(slice, path.steps.filter { $0 != .resolve }) else { return .undecidable }
            let isResolved = path.steps.contains(.resolve)
            let types = isResolved ? rule.types.reduce(into: Set()) { $0.formUnion($1.targets ?? []) } : []
            let codes = isResolved ? types : resourceTypes(rule)
            return codes.isEmpty ? .undecidable : .type(path, codes)
        case "profile":
            guard let rule = descend(slice, path.steps.filter { $0 != .resolve }) else { return .undecidable }
            let isResolved = path.steps.contains(.resolve)
            let profiles = rule.types.flatMap { isResolved ? $0.targetProfiles : $0.profiles }
            return profiles.isEmpty ? .undecidable : .profile(path, profiles)
        default: return .undecidable
        }
    }

    /// The type codes of an element.
    private static func resourceTypes(_ rule: ElementRule) -> Set<String> {
        Set(rule.types.map(\.code))
    }

    private static func value(_ slice: ElementRule, _ path: SlicePath) -> SliceMatcher {
        if path.steps == [.child("url")], let type = slice.types.first, type.code == "Extension" {
            let own = slice.children.first { $0.name == "url" }?.fixed?.string
            return (own ?? type.profiles.first.map { PackageSet.parts($0).url }).map(SliceMatcher.url) ?? .undecidable
        }
        var rule = slice
        for (index, step) in path.steps.enumerated() {
            if let found = constraint(of: rule, at: Array(path.steps[index...]), full: path) { return found }
            guard let child = descend(rule, [step]) else { return .undecidable }
            rule = child
        }
        let tests = constraints(of: rule, path, depth: 0)
        return tests.isEmpty ? .undecidable : tests.count == 1 ? tests[0] : .all(tests)
    }

    /// A fixed value or pattern further up also determines the value at the end of the path.
    private static func constraint(of rule: ElementRule, at rest: [SlicePath.Step], full: SlicePath) -> SliceMatcher? {
        guard let whole = rule.fixed ?? rule.pattern else { return nil }
        var values = [whole]
        for step in rest {
            guard case .child(let name) = step else { return nil }
            values = values.flatMap { $0[name]?.elements ?? [] }
        }
        guard !values.isEmpty else { return nil }
        let tests = values.map { SliceMatcher.pattern(full, $0) }
        return tests.count == 1 ? tests[0] : .all(tests)
    }

    private static func constraints(of rule: ElementRule, _ path: SlicePath, depth: Int) -> [SliceMatcher] {
        if let fixed = rule.fixed { return [.fixed(path, fixed)] }
        if let pattern = rule.pattern { return [.pattern(path, pattern)] }
        var tests: [SliceMatcher] = []
        if depth < 4 {
            for child in rule.children where child.min > 0 || child.fixed != nil || child.pattern != nil {
                tests += constraints(of: child, path.appending(child.name), depth: depth + 1)
            }
        }
        if tests.isEmpty, let binding = rule.bindings.first(where: \.isRequired) { return [.code(path, binding)] }
        return tests
    }

    private static func descend(_ rule: ElementRule, _ steps: [SlicePath.Step]) -> ElementRule? {
        var rule = rule
        for step in steps {
            switch step {
            case .child(let name):
                guard let child = rule.children.first(where: { $0.name == name }) else { return nil }
                rule = child
            case .extensionURL(let url):
                let slices = rule.children.first { $0.name == "extension" }?.slices ?? []
                let found = slices.first { slice in
                    slice.types.contains { $0.profiles.contains { PackageSet.parts($0).url == url } }
                }
                guard let found else { return nil }
                rule = found
            case .ofType, .resolve: break
            }
        }
        return rule
    }
}
