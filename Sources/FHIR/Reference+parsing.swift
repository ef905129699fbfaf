extension Reference {
    /// Recognises the form of a reference; text without a known form is ``opaque(_:)``.
    public init(parsing text: String) {
        self =
            if let plain = Self.parsePlain(text) {
                plain
            } else if text.utf8.first == UInt8(ascii: "#") {
                Self.parseContained(text)
            } else if Self.hasPrefix("urn:", text) {
                .urn(text)
            } else if Self.hasPrefix("http://", text) || Self.hasPrefix("https://", text) {
                Self.parseAbsolute(text) ?? .opaque(text)
            } else {
                Self.parseConditional(text) ?? .opaque(text)
            }
    }

    /// `Type/id` and `Type/id/_history/version`, recognised from their bytes: nine in ten references have these forms.
    private static func parsePlain(_ text: String) -> Reference? {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        guard isReferencedType(text[..<slash]) else { return nil }
        let rest = text[text.utf8.index(after: slash)...]
        guard let end = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            guard FHIRSyntax.isID(rest.utf8) else { return nil }
            return .local(type: String(text[..<slash]), id: String(rest), version: nil)
        }
        let history = "/_history/"
        guard rest[end...].utf8.starts(with: history.utf8) else { return nil }
        let (id, version) = (rest[..<end], rest[rest.utf8.index(end, offsetBy: history.utf8.count)...])
        guard FHIRSyntax.isID(id.utf8), FHIRSyntax.isID(version.utf8) else { return nil }
        return .local(type: String(text[..<slash]), id: String(id), version: String(version))
    }

    private static func parseContained(_ text: String) -> Reference {
        let id = text.utf8.dropFirst()
        return id.isEmpty || FHIRSyntax.isID(id) ? .contained(id: String(text.dropFirst())) : .opaque(text)
    }

    private static func parseAbsolute(_ text: String) -> Reference? {
        let isPlain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\")
        }
        // Scheme, the empty segment after it, and the host come before the type.
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard isPlain, segments.count >= 5, !segments[2].isEmpty, let tail = Tail(segments[3...]) else { return nil }
        let base = segments.dropLast(tail.version == nil ? 2 : 4).joined(separator: "/")
        return .absolute(base: base, type: tail.type, id: tail.id, version: tail.version)
    }

    private static func parseConditional(_ text: String) -> Reference? {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, isReferencedType(parts[0]), !parts[1].isEmpty else { return nil }
        return .conditional(type: String(parts[0]), query: String(parts[1]))
    }

    /// `Type/id` or `Type/id/_history/version` at the end of a path.
    private struct Tail {
        let type: String
        let id: String
        let version: String?

        init?(_ segments: some BidirectionalCollection<Substring>) {
            let last = Array(segments.suffix(4))
            let isVersioned = last.count == 4 && last[2] == "_history"
            let path = isVersioned ? Array(last.prefix(2)) : Array(last.suffix(2))
            guard path.count == 2, isReferencedType(path[0]), FHIRSyntax.isID(path[1].utf8) else { return nil }
            if isVersioned {
                guard FHIRSyntax.isID(last[3].utf8) else { return nil }
            }
            type = String(path[0])
            id = String(path[1])
            version = isVersioned ? String(last[3]) : nil
        }
    }

    /// Types are written with a capital letter; anything else in that place is part of a path.
    private static func isReferencedType(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, first & 0x20 == 0 else { return false }
        return FHIRSyntax.isTypeName(text.utf8)
    }

    private static func hasPrefix(_ prefix: StaticString, _ text: String) -> Bool {
        text.utf8.count >= prefix.utf8CodeUnitCount
            && zip(text.utf8, "\(prefix)".utf8).allSatisfy { byte, wanted in
                byte == wanted || FHIRSyntax.isLetter(byte) && byte | 0x20 == wanted
            }
    }
}
