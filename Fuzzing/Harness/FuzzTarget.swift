/// One reader under fire: what it must hold for every input, and a few inputs to begin with.
struct FuzzTarget: Sendable {
    /// What is typed to choose it.
    let name: String
    /// Inputs to begin with, made up.
    let seeds: [String]
    /// Ends the process when a promise is broken.
    let check: @Sendable (UnsafeRawBufferPointer) -> Void
}

/// Ends the process, which libFuzzer takes for a finding and keeps the input of.
func promise(_ isKept: Bool, _ words: StaticString) {
    guard isKept else { fatalError(words.description) }
}
