import FHIR
import FHIRPath

/// One resource's validation: where the walk is, and what it has found.
final class ValidationRun {
    let library: ProfileLibrary
    let index: BundleIndex?
    var trail = ElementTrail()
    /// The profile that is being checked.
    var profile = ""
    /// The resource that holds the current element, and the one around it.
    var scope = ResourceScope(.null, root: nil) {
        didSet { madeEnvironment = nil }
    }
    /// The elements around the current one, as contexts of extensions name them.
    var holders: [Holder] = []
    /// How deep validations by profile are nested; they are stopped before they become many.
    var depth = 0
    private var found: [Finding] = []
    private var madeEnvironment: PathEnvironment?
    private var seen: Set<String> = []
    private var unchecked: [Finding] = []
    private var locals: [String: CompiledProfile?] = [:]

    /// An element as an extension's context may name it.
    struct Holder {
        let path: String
        let type: String
    }

    init(_ library: ProfileLibrary, index: BundleIndex?) {
        self.library = library
        self.index = index
    }

    var hasErrors: Bool { found.contains { $0.severity == .error } }

    /// The compiled profile; the run remembers it, so that no lock is taken for every element.
    func compiled(_ canonical: String) -> CompiledProfile? {
        if let known = locals[canonical] { return known }
        let made = library.profile(canonical)
        locals[canonical] = .some(made)
        return made
    }

    /// What invariants may look up, made once for each resource.
    var environment: PathEnvironment {
        if let madeEnvironment { return madeEnvironment }
        let made = makeEnvironment()
        madeEnvironment = made
        return made
    }

    /// Checks the resource against profiles and returns those that were used.
    func validate(_ resource: JSONValue, against profiles: [String]) -> [String] {
        guard let object = resource.object, let type = object["resourceType"]?.string,
            ResourceTypes.contains(type)
        else {
            trail.enter("Resource")
            report(.resourceType, "no resource type of FHIR R4")
            return []
        }
        trail.enter(type)
        defer { trail.leave() }
        return check(resource: resource, object, type: type, against: profiles)
    }

    /// Records an error, or a warning; one that a second profile repeats is recorded once.
    func report(
        _ rule: Rule, _ message: @autoclosure () -> String, severity: Finding.Severity = .error, key: String? = nil
    ) {
        let name = key.map { "\(rule.rawValue).\($0)" } ?? rule.rawValue
        let path = trail.text
        let text = message()
        guard seen.insert("\(name) \(path) \(text)").inserted else { return }
        found.append(
            Finding(
                severity: severity, rule: name, path: path, profile: profile, message: text, advice: rule.advice))
    }

    /// Records, once, something that cannot be checked.
    func skip(_ rule: Rule, _ what: @autoclosure () -> String) {
        let text = what()
        guard seen.insert("\(rule.rawValue) \(text)").inserted else { return }
        unchecked.append(
            Finding(
                severity: .information, rule: rule.rawValue, path: trail.text, profile: profile, message: text,
                advice: rule.advice))
    }

    func collected() -> [Finding] { found + unchecked }
}
