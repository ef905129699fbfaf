/// Finds the references in bytes of JSON without building a tree.
public enum ReferenceScan {
    private static let key: [UInt8] = Array("\"reference\"".utf8)

    /// Hands out the text of every string member named `reference`, as it stands between its quotes, escapes and all
    /// (``text(_:)`` decodes them). The bytes must be valid JSON.
    public static func forEach(in bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        while let end = end(ofKeyIn: bytes, from: start) {
            start = end
            guard let value = string(in: bytes, after: start) else { continue }
            start = value.upperBound + 1
            body(UnsafeRawBufferPointer(rebasing: bytes[value]))
        }
    }

    /// The text between quotes with its escapes decoded; nil when they cannot be.
    public static func text(_ raw: UnsafeRawBufferPointer) -> String? {
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        let quote = UInt8(ascii: "\"")
        guard case .string(let text)? = try? JSONParser.parse([quote] + raw + [quote]) else { return nil }
        return text
    }

    /// The end of the next key, found by skipping as far as the byte at its possible end allows (Horspool 1980).
    private static func end(ofKeyIn bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        key.withUnsafeBufferPointer { key in
            skips.withUnsafeBufferPointer { skips in
                var end = start + key.count
                while end <= bytes.count {
                    let last = bytes[end - 1]
                    if last == key[key.count - 1],
                        UnsafeRawBufferPointer(rebasing: bytes[end - key.count..<end]).elementsEqual(key)
                    {
                        return end
                    }
                    end += skips[Int(last)]
                }
                return nil
            }
        }
    }

    /// How far the key may be moved when it would end at that byte.
    private static let skips: [Int] = {
        var skips = [Int](repeating: key.count, count: 256)
        for (index, byte) in key.dropLast().enumerated() { skips[Int(byte)] = key.count - 1 - index }
        return skips
    }()

    /// Where the string value of the member is whose name ends at `start`; nil when there is none, or it was not a
    /// name.
    private static func string(in bytes: UnsafeRawBufferPointer, after start: Int) -> Range<Int>? {
        guard let colon = next(in: bytes, from: start), bytes[colon] == UInt8(ascii: ":"),
            let quote = next(in: bytes, from: colon + 1), bytes[quote] == UInt8(ascii: "\"")
        else { return nil }
        var end = quote + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return end < bytes.count ? quote + 1..<end : nil
    }

    /// The first byte from `start` on that is not white space.
    private static func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        bytes[min(start, bytes.count)...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }
}
