public import FHIR
public import PDex

/// What a run tells whoever watches it; ids and counts only.
public enum RunEvent: Sendable, Hashable {
    /// A step began, in words.
    case step(String)
    /// That many resources of a type arrived.
    case pulled(type: String, resources: Int, bytes: Int)
    /// Nothing happens for a while, and why.
    case waiting(seconds: Double, why: String)
    /// That many members were examined so far, out of how many.
    case examined(members: Int, of: Int)
    /// So many bundles more were delivered to a payer.
    case delivered(payer: String, bundles: Int)
    /// A payer fails: nothing is delivered to it until then; its last failure.
    case closed(payer: String, until: Instant, fault: FaultCode?)
    /// A payer asked to be left alone for so many seconds more.
    case paused(payer: String, seconds: Double)
    /// A payer that was closed works again; the failure that it was closed for last.
    case opened(payer: String, fault: FaultCode?)
    /// So many exchanges came to be parked while they were delivered, for that reason.
    case parked(payer: String, fault: FaultCode, exchanges: Int)
    /// Something that an operator should read.
    case note(String)
}
