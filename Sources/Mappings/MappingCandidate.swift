import FHIR
import FHIRPath

/// A mapping at work. It is shared, and its verbs are stored one by one, because a mapping is too large to copy for
/// each resource.
final class MappingCandidate: Sendable {
    let mapping: ResourceMapping
    private let whens: [When]
    private let keep: Keep
    private let translations: [Translate]
    private let settings: [SetElement]
    private let requirements: [Require]
    private let readsSource: Bool
    private let readsReferences: Bool

    init(_ mapping: ResourceMapping) {
        self.mapping = mapping
        whens = mapping.whens
        keep = mapping.keep
        translations = mapping.translations
        settings = mapping.settings
        requirements = mapping.requirements
        readsSource = mapping.readsSource
        readsReferences = mapping.readsReferences
    }

    func wants(
        _ source: Resource, _ environment: PathEnvironment, _ verdicts: inout WhenVerdicts,
        _ trace: inout TraceRecorder
    ) throws(PathError) -> Bool {
        for index in whens.indices where try !whens[index].holds(source, environment, &verdicts, &trace) {
            return false
        }
        return true
    }

    func map(_ source: Resource, _ environment: PathEnvironment, _ trace: inout TraceRecorder) -> MappingOutcome {
        var environment = environment
        if readsSource { environment.variables["source"] = .object(source.json) }
        // The result so far contains nothing yet.
        if readsReferences { environment = environment.finding(containedIn: source) }
        var result = source
        result.json = keep.copy(of: source, profile: mapping.isBaseProfile ? nil : mapping.profile, &trace)
        do {
            for translation in translations where !translation.apply(to: &result, &trace) {
                return .failed(
                    mapping: mapping.name,
                    requirement: "\(translation.path.text) has a code that \(translation.map.name) does not know")
            }
            for index in settings.indices { try settings[index].apply(to: &result, environment, &trace) }
            for index in requirements.indices where try !requirements[index].holds(result, environment, &trace) {
                return .failed(mapping: mapping.name, requirement: requirements[index].otherwise)
            }
        } catch {
            return .failed(mapping: mapping.name, requirement: error.description)
        }
        if let modifier = result.json.unknownModifier {
            return .failed(
                mapping: mapping.name,
                requirement: "\(modifier) changes the meaning of the resource in a way that is not known here")
        }
        return .mapped(result, profile: mapping.profile, mapping: mapping.name)
    }
}
