import FHIR

extension Evaluator {
    /// The elements that a path reaches.
    mutating func elements(_ node: PathNode, _ scope: Scope) throws(PathError) -> [PathValue] {
        var found: [PathValue] = []
        _ = try visit(node, scope) { element in
            found.append(.element(element))
            return true
        }
        return found
    }

    /// Whether a path reaches anything; stops at the first element.
    mutating func reaches(_ node: PathNode, _ scope: Scope) throws(PathError) -> Bool {
        guard case .path = node else { return try !evaluate(node, scope).isEmpty }
        return try !visit(node, scope) { _ in false }
    }

    /// What a path reaches, when only a single element is of interest.
    enum Reached {
        case none, several
        case one(PathElement)
    }

    /// The only element that a path reaches, without making a collection.
    mutating func only(_ node: PathNode, _ scope: Scope) throws(PathError) -> Reached {
        var reached = Reached.none
        _ = try visit(node, scope) { element in
            guard case .none = reached else {
                reached = .several
                return false
            }
            reached = .one(element)
            return true
        }
        return reached
    }

    /// Passes every element of a path to `body` until it answers false; returns whether all were passed.
    private mutating func visit(
        _ node: PathNode, _ scope: Scope, _ body: (PathElement) -> Bool
    ) throws(PathError) -> Bool {
        guard case .path(let start, let steps) = node else { return true }
        if case .this = start {
            guard case .element(let element)? = scope.this else { return true }
            return try walk(element, steps[...], body)
        }
        for value in try evaluate(start, scope) {
            guard case .element(let element) = value else { continue }
            if try !walk(element, steps[...], body) { return false }
        }
        return true
    }

    private mutating func walk(
        _ element: PathElement, _ steps: ArraySlice<PathStep>, _ body: (PathElement) -> Bool
    ) throws(PathError) -> Bool {
        try spend()
        guard let step = steps.first else { return body(element) }
        guard case .object(let object) = element.json else {
            // A primitive has children too: its id and extensions.
            guard let companion = element.companion, case .object = companion else { return true }
            return try walk(PathElement(companion, known: element.known), steps, body)
        }
        var child = step.child(of: object)
        if let types = step.types, child.type == .unknown { child.type = types[element.known] ?? .unknown }
        return try walk(child, steps.dropFirst(), body)
    }

    /// A child; one that may be any resource states its own type.
    private func element(_ json: JSONValue, _ type: R4Type, _ companion: JSONValue? = nil) -> PathElement {
        if isTyped, companion == nil, type == .unknown || type.name == "Resource" {
            let found = element(json)
            if found.known != .unknown { return found }
        }
        return PathElement(json, companion: companion, known: type)
    }

    private mutating func walk(
        _ child: PathStep.Child, _ rest: ArraySlice<PathStep>, _ body: (PathElement) -> Bool
    ) throws(PathError) -> Bool {
        switch (child.json, child.companion) {
        case (nil, nil):
            return true
        case (.array(let items)?, nil):
            for item in items where item != .null {
                if try !walk(element(item, child.type), rest, body) { return false }
            }
            return true
        case (let json, .array(let companions)?):
            let items = json?.array ?? []
            for index in 0..<max(items.count, companions.count) {
                let item = index < items.count ? items[index] : .null
                let companion: JSONValue? =
                    index < companions.count && companions[index] != .null ? companions[index] : nil
                guard item != .null || companion != nil else { continue }
                let next = element(item, child.type, companion)
                if try !walk(next, rest, body) { return false }
            }
            return true
        case (let json, let companion):
            return try walk(element(json ?? .null, child.type, companion), rest, body)
        }
    }
}

extension PathStep {
    /// What an object has under an element's name.
    struct Child {
        var json: JSONValue?
        var companion: JSONValue?
        var type = R4Type.unknown
    }

    /// Looks the element up by its name, its `_name`, and its name followed by a type.
    func child(of object: JSONObject) -> Child {
        let members = object.members
        var child = Child()
        // By index and length first: this is where most of an evaluation's time goes.
        for index in members.indices {
            let length = members[index].key.utf8.count
            if length == nameLength, members[index].key == name {
                child.json = members[index].value
            } else if length == nameLength + 1, members[index].key == companionKey {
                child.companion = members[index].value
            }
        }
        if isChoice, child.json == nil, child.companion == nil { findChoice(in: members, &child) }
        return child
    }

    private func findChoice(in members: [JSONObject.Member], _ child: inout Child) {
        for index in members.indices where members[index].key.utf8.count > nameLength {
            let key = members[index].key.utf8
            let isCompanion = key.first == UInt8(ascii: "_") && key.starts(with: companionKey.utf8)
            guard isCompanion || key.starts(with: name.utf8) else { continue }
            let suffix = members[index].key.dropFirst(isCompanion ? companionKey.count : name.count)
            guard let type = FHIRTypes.choiceType(suffix: suffix) else { continue }
            child.type = type
            if isCompanion { child.companion = members[index].value } else { child.json = members[index].value }
        }
    }
}
