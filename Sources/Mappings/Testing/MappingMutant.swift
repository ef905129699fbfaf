import FHIRPath

/// One line of a mapping file broken on purpose: a test must notice.
public struct MappingMutant: Sendable {
    /// The line that was broken: `file:line`.
    public let place: String
    /// How it was broken, such as `keep note: dropped`.
    public let what: String

    /// Breaks the line in a mapping that has it, in its own file or in one that it extends.
    let change: @Sendable (inout ResourceMapping) -> Void

    private init(
        _ what: String, _ place: FilePlace, _ change: @escaping @Sendable (inout ResourceMapping) -> Void
    ) {
        self.what = what
        self.place = place.description
        self.change = change
    }

    /// Every way in which one line of the mapping's own file can be broken.
    static func all(of mapping: ResourceMapping) -> [MappingMutant] {
        func own(_ place: FilePlace) -> Bool { place.path == mapping.path }
        return mapping.whens.filter { own($0.place) }.flatMap(broken(when:))
            + mapping.keep.items.filter { own($0.place) }.map(broken(keep:))
            + mapping.translations.filter { own($0.place) }.flatMap(broken(translation:))
            + mapping.settings.filter { own($0.place) }.flatMap(broken(setting:))
            + mapping.requirements.filter { own($0.place) }.flatMap(broken(requirement:))
    }

    private static func broken(when: When) -> [MappingMutant] {
        let place = when.place
        let removed = Self("when: dropped", place) { $0.whens.removeAll { $0.place == place } }
        guard let condition = negated(when.condition) else { return [removed] }
        let negated = Self("when: negated", place) { mapping in
            mapping.whens = mapping.whens.map { $0.place == place ? When(condition: condition, place: place) : $0 }
        }
        return [removed, negated]
    }

    private static func broken(keep item: Keep.Item) -> MappingMutant {
        Self("keep \(item.text): dropped", item.place) { mapping in
            guard mapping.keep.items.contains(item) else { return }
            var reader = KeepReader(elements: R4Elements.of(mapping.sourceType))
            for other in mapping.keep.items where other != item { _ = reader.add(other.text, other.place) }
            mapping.keep = reader.keep(place: item.place)
        }
    }

    private static func broken(translation: Translate) -> [MappingMutant] {
        let (name, place) = ("translate \(translation.path.text)", translation.place)
        let unmapped: Translate.Unmapped = translation.unmapped == .fail ? .keep : .fail
        let other = Translate(path: translation.path, map: translation.map, unmapped: unmapped, place: place)
        return [
            Self("\(name): dropped", place) { $0.translations.removeAll { $0.place == place } },
            Self("\(name): unmapped \(unmapped.rawValue)", place) { mapping in
                mapping.translations = mapping.translations.map { $0.place == place ? other : $0 }
            },
        ]
    }

    private static func broken(setting: SetElement) -> [MappingMutant] {
        let (name, place) = ("set \(setting.path.text)", setting.place)
        let removed = Self("\(name): dropped", place) { $0.settings.removeAll { $0.place == place } }
        guard setting.condition != nil else { return [removed] }
        let always = SetElement(path: setting.path, condition: nil, origin: setting.origin, place: place)
        return [
            removed,
            Self("\(name): always", place) { mapping in
                mapping.settings = mapping.settings.map { $0.place == place ? always : $0 }
            },
        ]
    }

    private static func broken(requirement: Require) -> [MappingMutant] {
        let (name, place) = ("require \(requirement.condition.text)", requirement.place)
        let removed = Self("\(name): dropped", place) { $0.requirements.removeAll { $0.place == place } }
        guard let condition = negated(requirement.condition) else { return [removed] }
        let other = Require(condition: condition, otherwise: requirement.otherwise, place: place)
        return [
            removed,
            Self("\(name): negated", place) { mapping in
                mapping.requirements = mapping.requirements.map { $0.place == place ? other : $0 }
            },
        ]
    }

    private static func negated(_ expression: PathExpression) -> PathExpression? {
        try? PathExpression("(\(expression.text)).not()", variables: ExpressionReader.variables)
    }
}
