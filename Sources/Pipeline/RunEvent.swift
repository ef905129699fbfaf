/// What a run tells whoever watches it; ids and counts only.
public enum RunEvent: Sendable, Hashable {
    /// A step began, in words.
    case step(String)
    /// So many resources of a type arrived.
    case pulled(type: String, resources: Int, bytes: Int)
    /// Nothing happens for a while, and why.
    case waiting(seconds: Double, why: String)
    /// So many members were looked at, of how many.
    case examined(members: Int, of: Int)
    /// So many bundles were delivered so far.
    case delivered(bundles: Int)
    /// Something that an operator should read.
    case note(String)
}
