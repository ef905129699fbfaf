/// Looks for secrets in a stranger's text: better to hide a harmless text than to reveal a secret.
enum SecretTraces {
    /// This many consecutive characters of our assertion are no coincidence.
    private static let window = 16
    /// A longer run of base64url characters is not a word.
    private static let longestWord = 31

    /// Whether `text` holds a part of `assertion`, something like a JWT, or a run of characters like a key or secret.
    static func areFound(in text: String, of assertion: String) -> Bool {
        quotes(assertion, in: text) || holdsJWT(text) || holdsRun(text)
    }

    /// Finds parts of the assertion whatever separates their characters: line ends, quotation marks, ellipses.
    private static func quotes(_ assertion: String, in text: String) -> Bool {
        let secret = assertion.utf8.filter(isBase64URL)
        let squeezed = text.utf8.filter(isBase64URL)
        let parts = Set(windows(of: secret))
        return windows(of: squeezed).contains { parts.contains($0) }
    }

    private static func windows(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        guard bytes.count >= window else { return [] }
        return (0...(bytes.count - window)).map { bytes[$0..<$0 + window] }
    }

    /// The parts of a JWT are JSON objects in base64url.
    private static func holdsJWT(_ text: String) -> Bool {
        for word in text.utf8.split(whereSeparator: { !isBase64URL($0) && $0 != UInt8(ascii: ".") }) {
            let parts = String(decoding: Array(word), as: UTF8.self).split(separator: ".")
            if parts.contains(where: beginsObject) { return true }
            if parts.count > 1, Base64URL.decode(parts[0])?.first == UInt8(ascii: "{") { return true }
        }
        return false
    }

    /// `{"` in base64url and at least ten more characters: there are words such as `privateKeyJWT`.
    private static func beginsObject(_ part: Substring) -> Bool {
        part.firstRange(of: "eyJ").map { part[$0.upperBound...].utf8.count >= 10 } ?? false
    }

    private static func holdsRun(_ text: String) -> Bool {
        text.utf8.split { !isBase64URL($0) && $0 != UInt8(ascii: "+") }.contains { run in
            run.count > longestWord && !isUUID(Array(run)) && !isName(run)
        }
    }

    /// UUIDs, with which servers name their log entries.
    private static func isUUID(_ run: [UInt8]) -> Bool {
        let hyphens: Set = [8, 13, 18, 23]
        return run.count == 36
            && run.enumerated().allSatisfy { place, byte in
                hyphens.contains(place) ? byte == UInt8(ascii: "-") : isHex(byte)
            }
    }

    /// Lower-case letters, underscores and hyphens, as in `token_endpoint_auth_signing_alg_values_supported`.
    private static func isName(_ run: Substring.UTF8View) -> Bool {
        run.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || "_-".utf8.contains($0) }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
