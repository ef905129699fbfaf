import Foundation

@testable import FHIRClient

extension FuzzTarget {
    /// A URL that the policy lets through leads to its own origin, according to two foreign parsers: libcurl's, which
    /// will connect, and Foundation's.
    ///
    /// The first byte chooses the base; the rest is a URL from the other side, also used as a request path.
    static let urlPolicy = FuzzTarget(
        name: "url-policy",
        seeds: [
            "0https://fhir.example.org/r4/Patient?_count=1", "0https://FHIR.example.org:443/x", "0/Patient/1",
            "0.evil.example/",
            "0https://fhir.example.org@evil.example/", "0https://fhir.example.org\\@evil.example", "0//evil.example/r4",
            "1http://127.0.0.1:8080/r4", "1http://2130706433:8080/", "1http://localhost:8080/%2e%2e/",
            "1http://0x7f.1:8080/",
            "2https://[2001:db8::1]:8443/r4", "2https://[2001:db8::1%25eth0]:8443/", "2https://[::ffff:10.0.0.1]:8443",
            "0http://fhir.example.org/r4", "0https://fhir.example.org.:443/", "0https://fhir.example.org:0443/",
        ]
    ) { input in
        guard let choice = input.first else { return }
        let policy = policies[Int(choice) % policies.count]
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        if let url = try? policy.vet(text, from: "the next link", with: .token) {
            promise(url.text.utf8.elementsEqual(text.utf8), "the URL was changed")
            leadsHome(url, policy.base)
        }
        if let url = try? policy.url(text) { leadsHome(url, policy.base) }
        if let other = try? OutboundPolicy(base: text) { leadsHome(other.base, other.base) }
    }

    private static let policies = [
        "https://fhir.example.org/r4", "http://127.0.0.1:8080/r4", "https://[2001:4860::1]:8443",
    ]
    .compactMap { try? OutboundPolicy(base: $0) }

    private static func leadsHome(_ url: OutboundURL, _ base: OutboundURL) {
        promise(url.origin == base.origin, "another origin by our own reading")
        guard let parts = CurlParts(url.text) else { return promise(false, "libcurl cannot read what was let through") }
        promise(parts.scheme == base.scheme.rawValue, "another scheme by libcurl's reading")
        promise(isSame(parts.host, base.host), "another host by libcurl's reading")
        promise(parts.port == base.port, "another port by libcurl's reading")
        promise(!parts.hasUser, "a user by libcurl's reading")
        // Foundation refuses more than we do; if it finds a host, that must be the same.
        if let host = URLComponents(string: url.text)?.host {
            let bare = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
            promise(isSame(bare, base.host), "another host by Foundation's reading")
        }
    }

    /// Compares names as text and addresses by value: others write an IPv6 address in fewer digits.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        if let left = IPAddress(literal: left), let right = IPAddress(literal: right) { return left == right }
        return left == right
    }
}
