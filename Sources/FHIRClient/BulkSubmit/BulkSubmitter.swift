/// Who we are to a payer that fetches our files, and where it fetches them (SUB-01).
public struct BulkSubmitter: Sendable {
    /// The system of the identifier that the payer has agreed with us.
    let system: String
    /// Its value.
    let value: String
    /// The URL at which the payer reaches our files, without a trailing slash.
    let place: String
    /// The token required for every file of a submission; derived from its id, so that every process knows it.
    let token: @Sendable (_ id: String) -> String

    /// Describes us.
    public init(
        system: String, value: String, place: String, token: @escaping @Sendable (_ id: String) -> String
    ) {
        self.system = system
        self.value = value
        self.place = place
        self.token = token
    }
}
