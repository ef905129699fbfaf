/// One reader to be fuzzed: what must hold for every input, and a few inputs to start from.
struct FuzzTarget: Sendable {
    /// The name that selects it.
    let name: String
    /// Made-up inputs to start from.
    let seeds: [String]
    /// Ends the process when a promise is broken.
    let check: @Sendable (UnsafeRawBufferPointer) -> Void
}

/// Ends the process; libFuzzer takes that for a finding, and keeps the input.
func promise(_ isKept: Bool, _ words: StaticString) {
    guard isKept else { fatalError(words.description) }
}
