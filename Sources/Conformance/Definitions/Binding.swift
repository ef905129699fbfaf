/// A value set that an element's code must, or should, be from.
struct Binding: Sendable {
    let isRequired: Bool
    let valueSet: String
}
