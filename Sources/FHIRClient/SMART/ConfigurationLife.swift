/// How long a SMART configuration is used before it is read again, by its `Cache-Control` (RFC 9111 §5.2.2, SBS-07).
enum ConfigurationLife {
    /// A day, in seconds: also where nothing is said.
    private static let longest: Int64 = 86_400
    /// A minute, in seconds: less would only repeat what is hardly ever changed.
    private static let shortest: Int64 = 60

    /// The life in milliseconds; 0 when it is to be read again for each token.
    ///
    /// The time that the answer spent in a cache (`Age`) is part of it.
    static func milliseconds(_ headers: HTTPHeaders) -> Int64 {
        let directives: [String] = headers.values(of: "Cache-Control").flatMap { $0.split(separator: ",") }
            .map { $0.lowercased().filter { !" \t\"".contains($0) } }
        // We keep nothing with which we could ask whether it is still the same.
        if directives.contains("no-store") || directives.contains("no-cache") { return 0 }
        let name = "max-age="
        let ages = directives.filter { $0.hasPrefix(name) }.map { seconds(String($0.dropFirst(name.count))) }
        guard let least = ages.min() else { return longest * 1000 }
        let spent = headers["Age"].map(seconds) ?? 0
        return min(max(least - spent, shortest), longest) * 1000
    }

    /// A number of seconds; 0 for what is none, and at most what 32 bits hold (RFC 9111 §1.2.2).
    private static func seconds(_ text: String) -> Int64 {
        guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return 0 }
        return Int64(UInt32(text) ?? .max)
    }
}
