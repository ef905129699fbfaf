/// Which networks a server's host names may resolve to, checked after resolution and before connecting.
///
/// None of them includes link-local, multicast and reserved addresses.
public enum NetworkReach: String, Sendable, Hashable {
    /// Public addresses.
    case publicNetwork
    /// Public and private addresses (RFC 1918, RFC 4193, RFC 6598): a server inside the site.
    case privateNetwork
    /// This machine and nothing else: a demonstration or a test.
    case loopback

    /// Whether a connection may go to an address of `network`.
    func permits(_ network: IPAddress.Network) -> Bool {
        switch (self, network) {
        case (_, .forbidden): false
        case (.loopback, let network): network == .loopback
        case (.privateNetwork, let network): network != .loopback
        case (.publicNetwork, let network): network == .publicNetwork
        }
    }
}
