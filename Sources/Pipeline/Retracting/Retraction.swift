import PDex

/// What is taken back from the payer with one exchange.
struct Retraction: Sendable {
    /// One entry for each resource that is taken back, or that somebody has to report to the payer.
    var marks: [ExchangeManifest.Entry] = []
    /// The bundles that take it back.
    var bundles: [ExchangeBundle] = []

    /// The marks by resource.
    var byKey: [ResourceKey: ExchangeManifest.Entry] {
        Dictionary(marks.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
