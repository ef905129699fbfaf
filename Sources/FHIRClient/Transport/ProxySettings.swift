/// The proxies of a site, as named in the environment.
public struct ProxySettings: Sendable, Hashable {
    /// No proxy at all.
    public static let none = ProxySettings(http: nil, https: nil, except: "")

    private let http: String?
    private let https: String?
    private let exceptions: [String]

    /// Sets the proxies, and the hosts reached without one: `*`, names, and domains with everything below them.
    public init(http: String?, https: String?, except: String) {
        self.http = http
        self.https = https
        exceptions = except.split(whereSeparator: { $0 == "," || $0 == " " }).map { $0.lowercased() }
    }

    /// Reads `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` and their lower-case forms; `http_proxy` only in lower case, as
    /// other programs do, because a web server can be made to set the upper-case one.
    public init(environment: [String: String]) {
        func value(_ name: String) -> String? {
            let found = environment[name.lowercased()] ?? environment[name]
            return found?.isEmpty == false ? found : nil
        }
        let any = value("ALL_PROXY")
        self.init(
            http: environment["http_proxy"].flatMap { $0.isEmpty ? nil : $0 } ?? any,
            https: value("HTTPS_PROXY") ?? any,
            except: value("NO_PROXY") ?? "")
    }

    /// The proxy on the way to `url`, or nil for a direct connection; loopback is always direct.
    func proxy(for url: OutboundURL) -> String? {
        guard !url.isLoopback, !isExcepted(url.host) else { return nil }
        return url.scheme == .https ? https : http
    }

    private func isExcepted(_ host: String) -> Bool {
        exceptions.contains { exception in
            let domain = exception.hasPrefix(".") ? String(exception.dropFirst()) : exception
            return exception == "*" || host == domain || host.hasSuffix("." + domain)
        }
    }
}
