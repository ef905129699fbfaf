/// From which clinic to which payer: one outbox, since consent names both sides.
public struct Route: Sendable, Hashable {
    /// The configured name of the clinic.
    public let clinic: String
    /// The configured name of the payer.
    public let payer: String

    /// Pairs a clinic with a payer.
    public init(clinic: String, payer: String) {
        self.clinic = clinic
        self.payer = payer
    }
}

extension ExchangeTerms {
    /// The route of the job.
    public var route: Route { Route(clinic: clinic.name, payer: payer.name) }
}
