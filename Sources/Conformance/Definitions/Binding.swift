/// A value set that an element's code is, or should be, from.
struct Binding: Sendable {
    let isRequired: Bool
    let valueSet: String
}
