import Foundation

/// A request as it arrived at a ``Listener``.
public struct ArrivedRequest: Sendable {
    /// `GET`, `POST` or another.
    public let method: String
    /// Path and query, as sent.
    public let target: String
    /// The fields, in order.
    public let headers: [(name: String, value: String)]
    /// The body.
    public let body: [UInt8]

    /// The target without its query.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// The value of a field.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// A parameter of the query, or of a form in the body.
    public func parameter(_ name: String) -> String? {
        let query = target.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        let form = method == "POST" ? String(decoding: body, as: UTF8.self) : ""
        for pair in (query + "&" + form).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.first.map(String.init)?.removingPercentEncoding == name {
                return parts.dropFirst().first.map(String.init)?.removingPercentEncoding
            }
        }
        return nil
    }

    /// Reads the next request from a connection; nil when the client has left.
    static func next(on connection: Int32, _ pending: inout [UInt8]) -> ArrivedRequest? {
        let end = [UInt8]("\r\n\r\n".utf8)
        while true {
            if let range = pending.firstRange(of: end) {
                let lines = String(decoding: pending[..<range.lowerBound], as: UTF8.self)
                    .components(separatedBy: "\r\n")
                let headers = lines.dropFirst().map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    let value = parts.dropFirst().first.map { $0.trimmingCharacters(in: .whitespaces) }
                    return (name: parts.first.map(String.init) ?? "", value: value ?? "")
                }
                let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
                while pending.count < range.upperBound + length {
                    guard receive(on: connection, &pending) else { return nil }
                }
                let words = lines[0].split(separator: " ")
                let body = Array(pending[range.upperBound..<range.upperBound + length])
                pending.removeFirst(range.upperBound + length)
                guard words.count > 1 else { return nil }
                return ArrivedRequest(
                    method: String(words[0]), target: String(words[1]), headers: headers, body: body)
            }
            guard receive(on: connection, &pending) else { return nil }
        }
    }

    private static func receive(on connection: Int32, _ pending: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        pending += buffer[..<count]
        return true
    }
}
