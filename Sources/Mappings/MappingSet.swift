public import FHIR
import FHIRPath

/// A folder of mapping files that together make one implementation guide's resources.
public struct MappingSet: Sendable {
    /// The name of the set and of its folder, such as `us-core-6.1.0`.
    public let name: String
    /// What the set is for.
    public let about: String
    /// The package that the results should conform to, such as `hl7.fhir.us.core#6.1.0`.
    public let target: String
    /// SHA-256 over the names and bytes of everything that decides a result, in hexadecimal.
    public let hash: String
    /// The mappings in the order in which they are tried.
    public let mappings: [ResourceMapping]

    /// The value sets that the mappings use with `memberOf`, sorted: the caller that maps has to know them.
    public let valueSets: [String]
    /// Whether any mapping follows references; if not, ``MappingContext/resolve`` is never called.
    public let readsReferences: Bool

    private let byType: [String: [MappingCandidate]]
    /// How many conditions there are.
    private let conditions: Int

    init(name: String, about: String, target: String, hash: String, mappings: [ResourceMapping]) {
        self.name = name
        self.about = about
        self.target = target
        self.hash = hash
        var numbers: [FilePlace: Int] = [:]
        var mappings = mappings
        for index in mappings.indices {
            for place in mappings[index].whens.indices {
                let key = mappings[index].whens[place].place
                mappings[index].whens[place].number = numbers[key] ?? numbers.count
                numbers[key] = mappings[index].whens[place].number
            }
        }
        self.mappings = mappings
        conditions = numbers.count
        valueSets = Set(mappings.flatMap(\.valueSets)).sorted()
        readsReferences = mappings.contains(where: \.readsReferences)
        byType = Dictionary(grouping: mappings, by: \.sourceType).mapValues { $0.map(MappingCandidate.init) }
    }

    /// The resource types that the set maps, sorted.
    public var types: [String] { byType.keys.sorted() }

    /// The set with every mapping changed by `change`.
    func changed(_ change: (inout ResourceMapping) -> Void) -> MappingSet {
        var mappings = mappings
        for index in mappings.indices { change(&mappings[index]) }
        return MappingSet(name: name, about: about, target: target, hash: hash, mappings: mappings)
    }

    /// Maps a resource by the first mapping of its type that wants it.
    public func map(_ resource: Resource, in context: MappingContext) -> MappingOutcome {
        var trace = TraceRecorder(isOn: false)
        return map(resource, in: context, &trace)
    }

    /// Maps a resource and reports which line of which file did what.
    public func explain(_ resource: Resource, in context: MappingContext) -> MappingTrace {
        var trace = TraceRecorder(isOn: true)
        let outcome = map(resource, in: context, &trace)
        return MappingTrace(outcome: outcome, steps: trace.steps)
    }

    /// Maps, and lets the expressions follow a limited number of references for one resource.
    private func map(
        _ resource: Resource, in context: MappingContext, _ trace: inout TraceRecorder
    ) -> MappingOutcome {
        guard readsReferences, let resolve = context.environment.resolve else {
            return map(resource, context.environment, &trace)
        }
        let lookups = ReferenceLookups(resolve)
        var environment = context.environment
        environment.resolve = { lookups.resource($0) }
        let outcome = map(resource, environment, &trace)
        guard lookups.wereTooMany else { return outcome }
        return .failed(
            mapping: outcome.mapping, requirement: "it follows more references than \(ReferenceLookups.most)")
    }

    func map(
        _ resource: Resource, _ environment: PathEnvironment, _ trace: inout TraceRecorder
    ) -> MappingOutcome {
        guard let candidates = byType[resource.type], let last = candidates.last else { return .unmapped }
        var verdicts = WhenVerdicts(conditions: conditions)
        for candidate in candidates {
            do {
                if try candidate.wants(resource, environment, &verdicts, &trace) {
                    let outcome = candidate.map(resource, environment, &trace)
                    return attachContained(of: resource, to: outcome, by: candidate.mapping, environment, &trace)
                }
            } catch {
                return .failed(mapping: candidate.mapping.name, requirement: "when: \(error.description)")
            }
        }
        return .skipped(mapping: last.mapping.name)
    }
}
