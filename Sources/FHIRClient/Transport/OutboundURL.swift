/// An absolute http or https URL that an ``OutboundPolicy`` let through; nothing else can be requested.
///
/// The grammar is a strict subset of RFC 3986 on which all parsers agree: no user information, no backslash, no
/// control or non-ASCII character, no percent-encoding in the host, no odd form of an IPv4 address, no fragment.
public struct OutboundURL: Sendable, Hashable {
    /// The protocol.
    public enum Scheme: String, Sendable { case http, https }

    /// The URL exactly as it was given.
    public let text: String
    /// `http` is allowed only for loopback.
    public let scheme: Scheme
    /// In lower case; an IPv6 address without brackets.
    public let host: String
    /// The port given, or the scheme's.
    public let port: Int
    /// The networks that the host may resolve to.
    let reach: NetworkReach
    /// The host's address when it is a literal.
    let address: IPAddress?

    /// Parses `text`, or says in a few words why it is refused, without quoting it.
    init(parsing text: String, reach: NetworkReach) throws(Refusal) {
        let bytes = [UInt8](text.utf8)
        guard bytes.count <= 16 << 10 else { throw Refusal("it is longer than 16 KiB") }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }) else {
            throw Refusal("it has a space, a backslash, a control or a non-ASCII character")
        }
        guard !bytes.contains(UInt8(ascii: "#")) else { throw Refusal("it has a fragment") }
        guard let mark = text.firstRange(of: "://") else { throw Refusal("it is not absolute") }
        guard let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased()) else {
            throw Refusal("its scheme is neither https nor http")
        }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw Refusal("it has user information before the host") }
        let (host, port) = try Self.split(authority, scheme: scheme)
        self.text = text
        self.scheme = scheme
        self.host = host
        self.port = port
        self.reach = reach
        address = IPAddress(literal: host)
    }

    /// Scheme, host and port, without the scheme's default port: `https://fhir.example.org`.
    public var origin: String {
        let name = host.contains(":") ? "[\(host)]" : host
        let isDefault = port == Self.defaultPort(scheme)
        return "\(scheme.rawValue)://\(name)" + (isDefault ? "" : ":\(port)")
    }

    /// Whether the host is this machine, by name or by address.
    var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || address?.network == .loopback
    }

    /// Why a URL is refused.
    struct Refusal: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    private static func defaultPort(_ scheme: Scheme) -> Int { scheme == .https ? 443 : 80 }

    private static func split(_ authority: Substring, scheme: Scheme) throws(Refusal) -> (host: String, port: Int) {
        var host = authority
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw Refusal("its host is malformed") }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw Refusal("its host is malformed") }
            portText = after.isEmpty ? nil : after.dropFirst()
            guard host.contains(":"), IPAddress(literal: String(host)) != nil else {
                throw Refusal("its host is malformed")
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                portText = authority[authority.index(after: colon)...]
            }
            try checkName(host)
        }
        return (host.lowercased(), try port(portText, default: defaultPort(scheme)))
    }

    private static func port(_ text: Substring?, default standard: Int) throws(Refusal) -> Int {
        guard let text else { return standard }
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), !text.hasPrefix("0"),
            let port = Int(text), 1...65535 ~= port
        else { throw Refusal("its port is malformed") }
        return port
    }

    private static func checkName(_ host: Substring) throws(Refusal) {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            1...63 ~= label.utf8.count
                && label.utf8.allSatisfy {
                    UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20
                        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
        guard isName, host.utf8.count <= 253, let last = labels.last else { throw Refusal("its host is malformed") }
        // Some parsers take a host that ends in a number for an IPv4 address (WHATWG URL §3.5): one form only.
        let digit = UInt8(ascii: "0")...UInt8(ascii: "9")
        let looksNumeric = last.lowercased().hasPrefix("0x") || last.utf8.allSatisfy { digit ~= $0 }
        guard !looksNumeric || IPAddress(literal: String(host)) != nil else {
            throw Refusal("its host is an odd form of an IPv4 address")
        }
    }
}
