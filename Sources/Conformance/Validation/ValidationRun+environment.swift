import FHIR
import FHIRPath

extension ValidationRun {
    /// What invariants may look up beyond the resource: value sets, profiles, and the targets of references.
    func makeEnvironment() -> PathEnvironment {
        var environment = PathEnvironment()
        let (library, index, depth) = (library, index, depth)
        if let index {
            environment.resolve = { reference in index.resource(reference).flatMap { try? Resource($0) } }
        }
        environment.memberOf = { value, url in library.isMember(value, of: url) }
        environment.conformsTo = { value, url in
            Self.conforms(value, to: url, library, index, depth: depth, scope: nil)
        }
        environment.rootResource = scope.container
        // Each nested validation gets fewer steps, so that profiles that ask for one another again and again end soon.
        environment.stepLimit >>= 2 * depth
        return environment
    }

    /// Whether an element, or a resource, conforms to a profile; nil when no package has the profile.
    func conforms(_ value: JSONValue, to profile: String) -> Bool? {
        Self.conforms(value, to: profile, library, index, depth: depth, scope: scope)
    }

    private static func conforms(
        _ value: JSONValue, to profile: String, _ library: ProfileLibrary, _ index: BundleIndex?, depth: Int,
        scope: ResourceScope?
    ) -> Bool? {
        // Profiles that ask for one another in a circle end here.
        guard depth < 3, let known = library.profile(profile), let object = value.object else { return nil }
        let run = ValidationRun(library, index: index)
        run.depth = depth + 1
        guard let type = object["resourceType"]?.string else {
            run.scope = scope ?? run.scope
            run.check(object, shape: known.root, in: known)
            return !run.hasErrors
        }
        guard known.type == type else { return false }
        _ = run.validate(value, against: [profile])
        return !run.hasErrors
    }
}
