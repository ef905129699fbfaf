/// One error that the gate found in a resource of an exchange, as it is kept: where, by which rule, in which profile.
///
/// It is written to the audit trail as one line and read back from it; it never holds a value of the resource (AU-11).
public struct GateFinding: Sendable, Hashable {
    /// The action of an audit entry that holds a finding.
    public static let action = "exchange.remarked"
    private static let separator = " · "

    /// The staged resource; nil for a resource that we wrote ourselves.
    public let resource: ResourceKey?
    /// Where: `Observation.category[0]`.
    public let path: String
    /// The rule's stable name: `slice.min`.
    public let rule: String
    /// What is wrong.
    public let message: String
    /// The profile that says so, `canonical|version`; empty when no profile does.
    public let profile: String

    /// Assembles a finding.
    public init(resource: ResourceKey?, path: String, rule: String, message: String, profile: String) {
        self.resource = resource
        self.path = path
        self.rule = rule
        self.message = message
        self.profile = profile
    }

    /// The line without the resource: `Observation.category[0] · slice.min · at least 1 needed … · http://…|6.1.0`.
    public var text: String {
        [path, rule, message, profile].filter { !$0.isEmpty }.joined(separator: Self.separator)
    }

    /// The line for the audit trail.
    public var line: String { resource.map { text + Self.separator + $0.description } ?? text }

    /// Reads a line of the audit trail; nil when it is not a finding, such as `and 5 more`.
    public init?(line: String) {
        var parts = line.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        resource = parts.last.flatMap { ResourceKey($0) }
        if resource != nil { parts.removeLast() }
        let isProfiled = parts.count > 3 && parts.last.map { $0.contains("://") || $0.hasPrefix("urn:") } == true
        profile = isProfiled ? parts.removeLast() : ""
        guard parts.count > 2 else { return nil }
        path = parts[0]
        rule = parts[1]
        message = parts[2...].joined(separator: Self.separator)
    }
}
