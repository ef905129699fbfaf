import Console
import DeclarativeFiles

extension DeclarativeNode {
    /// `api`: host, port, and each token under its holder's name; `payers` are the payers configured in the file.
    func api(payers: [String], _ report: inout FileReport) -> APISettings? {
        let fields = fields(["host", "port", "tokens"], required: ["tokens"], in: "the API", &report)
        let host = fields["host"]?.string(&report) ?? "127.0.0.1"
        let port = fields["port"]?.int(in: 1...65_535, &report) ?? APISettings.usualPort
        var holders: [[UInt8]: String] = [:]
        let tokens = fields["tokens"]?.openFields(&report).compactMap { name, _, node -> APIToken? in
            guard let token = node.token(of: name, payers: payers, &report) else { return nil }
            if let other = holders.updateValue(name, forKey: token.digest) {
                report.report("the token is that of '\(other)': each holder has one of their own", at: node)
                return nil
            }
            return token
        }
        return APISettings(host: host, port: port, tokens: tokens ?? [])
    }

    /// One token: its SHA-256, and what its holder may ask for. Whatever is not listed is not allowed.
    private func token(of name: String, payers known: [String], _ report: inout FileReport) -> APIToken? {
        guard isMapping else {
            report.report(
                "a token says what it is for: { sha256: \"…\", payers: [\(known.joined(separator: ", "))] }", at: self)
            return nil
        }
        let fields = fields(["sha256", "payers", "watch"], required: ["sha256"], in: "a token", &report)
        guard let node = fields["sha256"], let text = node.string(&report) else { return nil }
        guard let digest = Self.bytes(hex: text), digest.count == 32 else {
            report.report("a token stands here as its SHA-256 in 64 hexadecimal digits; see  pdex api token", at: node)
            return nil
        }
        let payers = fields["payers"]?.list(&report)?.compactMap { $0.payer(among: known, &report) } ?? []
        let mayWatch = fields["watch"]?.bool(&report) ?? false
        guard !payers.isEmpty || mayWatch else {
            report.report(
                "the token of '\(name)' is for nothing: say  payers  whom it may ask for, or  watch: true", at: self)
            return nil
        }
        return APIToken(name: name, digest: digest, payers: Set(payers), mayWatch: mayWatch)
    }

    private func payer(among known: [String], _ report: inout FileReport) -> String? {
        guard let name = string(&report) else { return nil }
        guard known.contains(name) else {
            report.report(
                "there is no payer '\(name.prefix(64))' here", at: self,
                suggestion: Suggestion.closest(to: name, among: known))
            return nil
        }
        return name
    }

    private static func bytes(hex text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
