import PDex

extension NPI {
    /// Clinic0, the sender of every exchange in the sandbox.
    static let clinic0 = "1234567893"
    /// Med0, the payer.
    static let med0 = "1003000126"
}
