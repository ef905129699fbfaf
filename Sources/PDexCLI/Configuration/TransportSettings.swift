/// How a server is reached; servers with equal settings share their connections.
struct TransportSettings: Sendable, Hashable {
    /// A PEM file of trusted authorities, used instead of the system's.
    var authorities: String?
    /// The PEM file of our certificate, for servers that ask for one.
    var certificate: String?
    /// The PEM file of that certificate's key.
    var certificateKey: String?
    /// Most requests at one time, 1 to 32.
    var maxConnections = 8
}
