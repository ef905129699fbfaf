public import FHIR

/// What each line of the mapping files did to one resource: names of elements and, separately, their values.
public struct MappingTrace: Sendable {
    /// One thing that was done, or found.
    public struct Step: Sendable, Hashable {
        /// The verbs of a mapping file, in the order in which they work.
        public enum Verb: String, Sendable, CaseIterable { case when, keep, translate, set, require }

        /// Which verb did it.
        public let verb: Verb
        /// The element, or the expression for `when` and `require`.
        public let subject: String
        /// What happened, such as `kept`, `dropped`, `true`.
        public let note: String
        /// The line that says so: `file:line`.
        public let place: String
        /// The value of the element now, or before: a member's data, never for a log.
        public let value: JSONValue?
    }

    /// The outcome for the resource.
    public let outcome: MappingOutcome
    /// What was done, in order.
    public let steps: [Step]
}

/// Collects the steps of a trace if one is wanted, at no cost otherwise.
struct TraceRecorder {
    private(set) var steps: [MappingTrace.Step] = []
    let isOn: Bool

    mutating func note(
        _ verb: MappingTrace.Step.Verb, _ subject: @autoclosure () -> String, _ note: @autoclosure () -> String,
        _ place: FilePlace, value: @autoclosure () -> JSONValue? = nil
    ) {
        guard isOn else { return }
        steps.append(
            .init(verb: verb, subject: subject(), note: note(), place: place.description, value: value()))
    }
}

/// A line of a mapping file.
struct FilePlace: Sendable, Hashable, CustomStringConvertible {
    let path: String
    let line: Int

    var description: String { "\(path):\(line)" }
}
