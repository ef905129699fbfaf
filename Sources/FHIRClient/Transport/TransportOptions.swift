public import PDex

/// How the process reaches the network.
public struct TransportOptions: Sendable {
    /// Our certificate for mutual TLS (HRex sec-13).
    public struct ClientCertificate: Sendable, Hashable {
        /// A PEM file with the certificate and its chain.
        public let certificatePath: String
        /// A PEM file with the private key.
        public let keyPath: String

        /// Names the two files.
        public init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }

        /// Refuses a private key that others may read or write, just as signing keys are refused.
        ///
        /// Throws `key.missing`, `key.exposed`, `key.unusable`.
        public func checkKey() throws(Fault) { try PrivateFile.check(keyPath) }
    }

    /// A PEM file of trusted authorities that replaces the system's.
    public var authoritiesPath: String?
    /// The certificate for a server that asks for one.
    public var clientCertificate: ClientCertificate?
    /// The proxies of this site.
    public var proxies: ProxySettings
    /// The most requests at one time, 1 to 32; each has a thread while it lasts.
    public var maxThreads: Int

    /// By default: system authorities, no client certificate, no proxy, 32 threads.
    public init(
        authoritiesPath: String? = nil, clientCertificate: ClientCertificate? = nil,
        proxies: ProxySettings = .none, maxThreads: Int = 32
    ) {
        self.authoritiesPath = authoritiesPath
        self.clientCertificate = clientCertificate
        self.proxies = proxies
        self.maxThreads = min(max(maxThreads, 1), 32)
    }
}
