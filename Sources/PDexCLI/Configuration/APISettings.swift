import Console
import DeclarativeFiles

/// Where the HTTP API listens, and who may use it.
struct APISettings: Sendable, Hashable {
    /// The address to listen on; this machine itself unless the file says otherwise.
    let host: String
    let port: Int
    let tokens: [APIToken]

    static let usualPort = 8480
}

extension DeclarativeNode {
    /// `api`: host, port, and the SHA-256 of each token by the name of its holder.
    func api(_ report: inout FileReport) -> APISettings? {
        let fields = fields(["host", "port", "tokens"], required: ["tokens"], in: "the API", &report)
        let host = fields["host"]?.string(&report) ?? "127.0.0.1"
        let port = fields["port"]?.int(in: 1...65_535, &report) ?? APISettings.usualPort
        let tokens = fields["tokens"]?.openFields(&report).compactMap { name, _, node -> APIToken? in
            guard let text = node.string(&report) else { return nil }
            guard let digest = Self.bytes(hex: text), digest.count == 32 else {
                report.report(
                    "a token stands here as its SHA-256 in 64 hexadecimal digits; see  pdex api token", at: node)
                return nil
            }
            return APIToken(name: name, digest: digest)
        }
        return APISettings(host: host, port: port, tokens: tokens ?? [])
    }

    private static func bytes(hex text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
