import Foundation

/// A name in one spelling: names that differ only in writing become equal, no others do (reliability T10: never fuzzy).
///
/// Writing means letter case, diacritics, hyphens, apostrophes, dots and spaces. Nicknames, initials and transcriptions
/// such as ue for ü stay different.
public enum PersonName {
    /// Words after a family name that are not part of it.
    static let suffixes: Set<String> = ["jr", "sr", "ii", "iii", "iv", "v"]
    /// Letters that do not decompose into a base letter and a diacritic.
    static let letters: [Character: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŀ": "l",
    ]

    /// Lowercase without diacritics; hyphens become spaces, apostrophes and dots are dropped, spaces are single.
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

    /// A family name without its suffix, and the suffix: `O'Neil-Cruz, Jr.` gives `oneil cruz` and `jr`.
    public static func family(_ text: String) -> (name: String, suffix: String?) {
        let name = folded(text.utf8.contains(UInt8(ascii: ",")) ? text.replacing(",", with: " ") : text)
        // Words are separated by one space, and none is empty.
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
