/// What an earlier attempt at a delivery left where it can be seen without reading the payer's records (WR-16).
public enum DeliveryTrace: Sendable, Hashable {
    /// All of it; `Type/id` of each entry.
    case whole([String])
    /// Nothing that counts.
    case nothing
}
