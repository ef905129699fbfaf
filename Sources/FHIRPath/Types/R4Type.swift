/// A type of R4 as its index in ``R4Types``: small enough for every element to carry.
struct R4Type: Sendable, Hashable {
    let index: UInt16

    /// The type of an element about whose type nothing is known.
    static let unknown = R4Type(index: 0)

    /// `boolean`, `HumanName`, `Patient`, and `Patient.contact` for a structure inside a resource.
    var name: String { R4Types.names[Int(index)] }

    /// The name without its path: a structure inside a resource is a `BackboneElement` or an `Element`.
    var publicName: String {
        name.contains(".") ? R4Types.bases[Int(index)].name : name
    }

    /// Whether this is `other` or is derived from it.
    func comes(from other: R4Type) -> Bool {
        var type = self
        while type != .unknown {
            if type == other { return true }
            type = R4Types.bases[Int(type.index)]
        }
        return false
    }
}
