import FHIR

extension ValidationRun {
    /// Finds the slice of an element, including inner slices, and counts it; nil when it is in none.
    func sort(_ value: JSONValue, _ type: ElementType?, _ rule: ElementRule, _ tally: inout SliceTally) -> ElementRule?
    {
        guard let slicing = rule.slicing else { return nil }
        var place = slicing.matchers.indices.first { matches(slicing.matchers[$0], value, type) }
        if place == nil {
            place = slicing.matchers.indices.first { if case .remainder = slicing.matchers[$0] { true } else { false } }
        }
        guard let place else {
            let open = slicing.matchers.indices.filter { isOpen(slicing.matchers[$0], value, type) }
            tally.undecided.formUnion(open)
            noteUnmatched(rule, slicing, isUndecided: !open.isEmpty)
            tally.sawUnmatched = true
            return nil
        }
        tally.counts[place] += 1
        if slicing.isOrdered, place < tally.last { report(.sliceOrder, "the slices are not in the profile's order") }
        if slicing.rules == .openAtEnd, tally.sawUnmatched {
            report(.sliceOrder, "what is in no slice has to stand at the end")
        }
        tally.last = max(tally.last, place)
        let slice = rule.slices[place]
        guard slice.slicing != nil else { return slice }
        var inner = tally.inner[place] ?? SliceTally(slice)
        let found = sort(value, type, slice, &inner)
        tally.inner[place] = inner
        return found ?? slice
    }

    /// Whether nobody can say if an element that did not match is in the slice: its discriminator is not understood, or
    /// needs a value set or profile that is not available.
    private func isOpen(_ matcher: SliceMatcher, _ value: JSONValue, _ type: ElementType?) -> Bool {
        switch matcher {
        case .undecidable: return true
        case .code(let path, let binding):
            guard let valueSet = library.valueSet(binding.valueSet) else { return true }
            return reach(value, path).contains { valueSet.membership(of: $0) == .unknown }
        case .profile(let path, let profiles):
            return reach(value, path).contains { element in profiles.contains { conforms(element, to: $0) == nil } }
        case .all(let matchers):
            // An element that another of its tests rules out is decided.
            return matchers.allSatisfy { isOpen($0, value, type) || matches($0, value, type) }
                && matchers.contains { isOpen($0, value, type) }
        default: return false
        }
    }

    private func noteUnmatched(_ rule: ElementRule, _ slicing: Slicing, isUndecided: Bool) {
        if isUndecided {
            skip(.sliceUndecided, "the slices of \(rule.path) cannot be told apart")
        } else if slicing.rules == .closed {
            report(.sliceClosed, "the element is in none of the slices, and no other is allowed")
        }
    }

    /// Checks the counts against the slices' cardinalities.
    func finish(_ tally: SliceTally, _ rule: ElementRule) {
        guard let slicing = rule.slicing else { return }
        for (place, slice) in rule.slices.enumerated() {
            if let inner = tally.inner[place] { finish(inner, slice) }
            let count = tally.counts[place]
            if count < slice.min {
                if isUndecided(slicing.matchers[place]) || tally.undecided.contains(place) { continue }
                report(.sliceMin, "at least \(slice.min) needed of the slice \(slice.sliceName ?? ""), \(count) found")
            } else if count > slice.max {
                report(.sliceMax, "at most \(slice.max) allowed of the slice \(slice.sliceName ?? ""), \(count) found")
            }
        }
    }

    private func isUndecided(_ matcher: SliceMatcher) -> Bool {
        if case .undecidable = matcher { true } else { false }
    }

    /// Whether an element passes a slice's test.
    func matches(_ matcher: SliceMatcher, _ value: JSONValue, _ type: ElementType?) -> Bool {
        switch matcher {
        case .url(let url): return value["url"]?.string == url
        case .fixed(let path, let wanted): return reach(value, path).contains { $0.isSame(as: wanted) }
        case .pattern(let path, let wanted): return reach(value, path).contains { $0.contains(pattern: wanted) }
        case .code(let path, let binding):
            guard let valueSet = library.valueSet(binding.valueSet) else { return false }
            return reach(value, path).contains { valueSet.membership(of: $0) == .member }
        case .exists(let path, let isWanted): return reach(value, path).isEmpty != isWanted
        case .type(let path, let types):
            if path.steps.isEmpty {
                if let name = value["resourceType"]?.string { return types.contains(name) }
                return type.map { types.contains($0.code) } ?? false
            }
            return reach(value, path).contains { $0["resourceType"]?.string.map(types.contains) ?? false }
        case .profile(let path, let profiles):
            return reach(value, path).contains { element in profiles.contains { conforms(element, to: $0) == true } }
        case .all(let matchers): return matchers.allSatisfy { matches($0, value, type) }
        case .remainder, .undecidable: return false
        }
    }

    private func reach(_ value: JSONValue, _ path: SlicePath) -> [JSONValue] {
        var values = [value]
        for step in path.steps {
            switch step {
            case .child(let name): values = values.flatMap { $0.child(name) }
            case .extensionURL(let url):
                values = values.flatMap { $0["extension"]?.elements.filter { $0["url"]?.string == url } ?? [] }
            case .ofType: break
            case .resolve: values = values.compactMap { $0["reference"]?.string.flatMap(target) }
            }
        }
        return values
    }
}

extension JSONValue {
    /// The elements under a name, with or without a choice's type appended.
    fileprivate func child(_ name: String) -> [JSONValue] {
        guard let object else { return [] }
        if let own = object[name] { return own.elements }
        let choice = object.members.first {
            $0.key.utf8.count > name.utf8.count && $0.key.utf8.starts(with: name.utf8)
                && $0.key.dropFirst(name.count).first?.isUppercase == true
        }
        return choice?.value.elements ?? []
    }
}
