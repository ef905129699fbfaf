import Foundation

/// A name in one spelling: what differs in writing only is equal, and nothing else (reliability T10: never fuzzy).
///
/// Letter case, diacritics, hyphens, apostrophes, dots and spaces are writing. Nicknames, initials and transcriptions
/// such as ue for ü are not: they stay different.
public enum PersonName {
    /// What stands behind a family name and is no part of it.
    static let suffixes: Set<String> = ["jr", "sr", "ii", "iii", "iv", "v"]
    /// Letters that no diacritic can be taken off.
    static let letters: [Character: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŀ": "l",
    ]

    /// Small letters without diacritics; hyphens are spaces, apostrophes and dots nothing, spaces single.
    public static func folded(_ text: String) -> String {
        if let plain = foldedASCII(text) { return plain }
        var out = String.UnicodeScalarView()
        for character in text.decomposedStringWithCanonicalMapping.lowercased() {
            if let letters = letters[character] {
                out.append(contentsOf: letters.unicodeScalars)
                continue
            }
            for scalar in character.unicodeScalars {
                switch scalar.properties.generalCategory {
                case .nonspacingMark, .enclosingMark, .format: continue
                case .dashPunctuation, .spaceSeparator, .control: out.append(" ")
                default: if !isSilent(scalar) { out.append(scalar) }
                }
            }
        }
        return String(out).split(separator: " ").joined(separator: " ")
    }

    /// A family name without what stands behind it, and that: `O'Neil-Cruz, Jr.` is `oneil cruz` and `jr`.
    public static func family(_ text: String) -> (name: String, suffix: String?) {
        let name = folded(text.utf8.contains(UInt8(ascii: ",")) ? text.replacing(",", with: " ") : text)
        // Words are one space apart, and none is empty.
        guard let space = name.utf8.lastIndex(of: UInt8(ascii: " ")) else { return (name, nil) }
        let last = String(name[name.utf8.index(after: space)...])
        return suffixes.contains(last) ? (String(name[..<space]), last) : (name, nil)
    }

    private static func isSilent(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "'", "’", "‘", "ʼ", "`", "´", ".", "ʻ": true
        default: false
        }
    }

    /// The common case, byte by byte; nil when some byte is not ASCII.
    private static func foldedASCII(_ text: String) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        var isGap = false
        for byte in text.utf8 {
            switch byte {
            case 0x80...: return nil
            case UInt8(ascii: "'"), UInt8(ascii: "."), UInt8(ascii: "`"): continue
            case 0...0x20, UInt8(ascii: "-"), 0x7F: isGap = !out.isEmpty
            default:
                if isGap { out.append(0x20) }
                isGap = false
                out.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
