extension Int {
    /// The number before the words for one, or for any other number.
    func counting(_ one: String, _ many: String) -> String { self == 1 ? "1 \(one)" : "\(self) \(many)" }
}
