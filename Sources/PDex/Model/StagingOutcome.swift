/// What staging a batch did.
public struct StagingOutcome: Sendable {
    /// How many rows were new, changed, or there already.
    public var count = StagingCount()
    /// The numbers under which the rows are kept, whether new, changed or unchanged.
    public var arrivals: [Int64] = []

    /// Starts with nothing.
    public init() {}
}

/// How many resources were staged.
public struct StagingCount: Sendable, Hashable {
    /// Resources seen for the first time.
    public var new = 0
    /// Resources whose content differs from what was staged.
    public var changed = 0
    /// Resources that were staged already with the same content, and ``older`` ones.
    public var unchanged = 0
    /// Those among the unchanged that say something else, and are kept out: a later version is staged.
    public var older = 0

    /// Starts at zero.
    public init() {}

    /// Everything counted.
    public var total: Int { new + changed + unchanged }

    /// Adds another count.
    public static func += (left: inout StagingCount, right: StagingCount) {
        left.new += right.new
        left.changed += right.changed
        left.unchanged += right.unchanged
        left.older += right.older
    }
}
