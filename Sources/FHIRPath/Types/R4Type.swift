/// A type of R4 by its place in ``R4Types``: small enough to go along with every element.
struct R4Type: Sendable, Hashable {
    let index: UInt16

    /// What is said of an element when nothing is known about its type.
    static let unknown = R4Type(index: 0)

    /// `boolean`, `HumanName`, `Patient`, and `Patient.contact` for a structure inside a resource.
    var name: String { R4Types.names[Int(index)] }

    /// The name without a place: a structure inside a resource is a `BackboneElement` or an `Element`.
    var publicName: String {
        name.contains(".") ? R4Types.bases[Int(index)].name : name
    }

    /// Whether this is `other` or comes from it.
    func comes(from other: R4Type) -> Bool {
        var type = self
        while type != .unknown {
            if type == other { return true }
            type = R4Types.bases[Int(type.index)]
        }
        return false
    }
}
