/// The id that a server gave to its answer, by which its owner finds the request in the server's logs (RD-23).
enum AnswerID {
    private static let names = ["X-Request-Id", "X-Correlation-Id", "Request-Id"]
    private static let sizes = 16...64

    /// The id in words, to follow what the answer was; empty without one.
    static func words(_ headers: HTTPHeaders) -> String {
        of(headers).map { ", its request \($0)" } ?? ""
    }

    /// The id itself.
    ///
    /// Only what must be a random number from a machine is repeated: hexadecimal digits and dashes, and too many of
    /// them to be anybody's number. A field is a stranger's text, and faults hold nobody's data.
    static func of(_ headers: HTTPHeaders) -> String? {
        names.lazy.compactMap { headers[$0] }.first(where: isDrawn)
    }

    private static func isDrawn(_ text: String) -> Bool {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        return sizes ~= digits.count && text.utf8.count <= 80
            && digits.allSatisfy { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
            }
    }
}
