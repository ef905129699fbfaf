/// What a run reports to its observer; ids and counts only.
public enum RunEvent: Sendable, Hashable {
    /// A step began, in words.
    case step(String)
    /// That many resources of a type arrived.
    case pulled(type: String, resources: Int, bytes: Int)
    /// Nothing happens for a while, and why.
    case waiting(seconds: Double, why: String)
    /// That many members were examined so far, out of how many.
    case examined(members: Int, of: Int)
    /// That many more bundles were delivered.
    case delivered(bundles: Int)
    /// Something that an operator should read.
    case note(String)
}
