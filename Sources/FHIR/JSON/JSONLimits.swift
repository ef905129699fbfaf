/// How much JSON a parser accepts: every external byte is hostile until it has been counted.
public struct JSONLimits: Sendable, Hashable {
    /// The deepest nesting of arrays and objects that is accepted; at most ``deepest``.
    public var depth: Int

    /// The largest document, in bytes.
    public var bytes: Int

    /// Deeper nesting is refused whatever the limits say, because parsing recurses once per level.
    public static let deepest = 256

    /// What this service accepts for one FHIR resource: 64 levels, 16 MiB.
    public static let fhir = JSONLimits()

    /// Custom limits, where those for one resource do not fit (a bundle, a bulk manifest).
    public init(depth: Int = 64, bytes: Int = 16 << 20) {
        self.depth = depth
        self.bytes = bytes
    }
}
