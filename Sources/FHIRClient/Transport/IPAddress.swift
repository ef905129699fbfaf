import Glibc

/// An IPv4 or IPv6 address, and the network it belongs to.
struct IPAddress: Sendable, Hashable {
    /// The kind of network that an address belongs to.
    enum Network: Sendable, Hashable { case loopback, privateNetwork, publicNetwork, forbidden }

    /// Four or sixteen bytes.
    let bytes: [UInt8]

    /// Reads a literal in its one canonical form: `127.1`, `0x7f000001` and `2130706433` are refused.
    init?(literal text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { [UInt8]($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: &six) { [UInt8]($0) }
        } else {
            return nil
        }
    }

    /// Reads a socket address of either family.
    init?(_ address: UnsafeRawPointer, count: Int) {
        guard count >= MemoryLayout<sockaddr>.size else { return nil }
        switch Int32(address.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            guard count >= MemoryLayout<sockaddr_in>.size else { return nil }
            var four = address.loadUnaligned(as: sockaddr_in.self).sin_addr
            bytes = withUnsafeBytes(of: &four) { [UInt8]($0) }
        case AF_INET6:
            guard count >= MemoryLayout<sockaddr_in6>.size else { return nil }
            var six = address.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            bytes = withUnsafeBytes(of: &six) { [UInt8]($0) }
        default:
            return nil
        }
    }

    /// The network of the address; IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as that IPv4 address.
    var network: Network {
        bytes.count == 4 ? Self.network(four: bytes) : Self.network(six: bytes)
    }

    private static func network(four: [UInt8]) -> Network {
        switch (four[0], four[1], four[2]) {
        case (127, _, _): .loopback
        case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): .privateNetwork
        // This host, link-local (cloud metadata), protocol assignments, tests, benchmarks, multicast, reserved.
        case (0, _, _), (169, 254, _), (192, 0, 0), (192, 0, 2), (198, 18...19, _), (198, 51, 100),
            (203, 0, 113), (224..., _, _):
            .forbidden
        default: .publicNetwork
        }
    }

    private static func network(six: [UInt8]) -> Network {
        let zeros = six.prefix { $0 == 0 }.count
        if zeros == 15, six[15] == 1 { return .loopback }
        if zeros == 10, six[10] == 0xff, six[11] == 0xff { return network(four: [UInt8](six[12...])) }
        if zeros >= 12 { return .forbidden }
        let translated: [UInt8] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
        if six.starts(with: translated) { return network(four: [UInt8](six[12...])) }
        if six.starts(with: [0x20, 0x02]) { return network(four: [UInt8](six[2..<6])) }
        if six[0] & 0xfe == 0xfc { return .privateNetwork }
        // Global unicast is 2000::/3; all the rest (link-local, site-local, multicast) is forbidden.
        return six[0] & 0xe0 == 0x20 ? .publicNetwork : .forbidden
    }
}
