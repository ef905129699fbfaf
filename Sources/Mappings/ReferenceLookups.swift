import FHIR
import FHIRPath
import Synchronization

/// The references that the expressions follow for one resource: each is looked up once, and their number is limited.
final class ReferenceLookups: Sendable {
    /// The most references that may be followed for one resource; repeated ones count once.
    static let most = 100

    private struct State {
        var found: [String: Resource?] = [:]
        var wereTooMany = false
    }

    private let state = Mutex(State())
    private let resolve: @Sendable (String) -> Resource?

    init(_ resolve: @escaping @Sendable (String) -> Resource?) {
        self.resolve = resolve
    }

    /// Whether more were asked for: then the result was made without them and must not be used.
    var wereTooMany: Bool { state.withLock(\.wereTooMany) }

    /// The resource that a reference leads to.
    func resource(_ reference: String) -> Resource? {
        let known = state.withLock { state -> Resource?? in
            if let found = state.found[reference] { return .some(found) }
            guard state.found.count < Self.most else {
                state.wereTooMany = true
                return .some(nil)
            }
            return nil
        }
        if let known { return known }
        let found = resolve(reference)
        state.withLock { $0.found[reference] = .some(found) }
        return found
    }
}

extension PathEnvironment {
    /// The environment in which `#id` also finds what `source` contains, even if the resource at hand does not.
    func finding(containedIn source: Resource) -> PathEnvironment {
        guard let contained = source["contained"]?.elements else { return self }
        let outer = resolve
        var environment = self
        environment.resolve = { reference in
            guard reference.hasPrefix("#") else { return outer?(reference) }
            let own = contained.first { $0["id"]?.string.map { "#" + $0 } == reference }
            return own.flatMap { try? Resource($0) } ?? outer?(reference)
        }
        return environment
    }
}
