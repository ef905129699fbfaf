import CCurl
import Glibc

@testable import FHIRClient

/// What libcurl itself logs about a transfer set up as the transport does it: its options cannot be read back.
enum CurlAccount {
    /// The lines of libcurl's own log of `request`, whatever becomes of it.
    static func lines(_ request: HTTPRequest, _ options: TransportOptions) -> [String] {
        guard let easy = curl_easy_init(), let log = tmpfile() else { return [] }
        defer {
            curl_easy_cleanup(easy)
            fclose(log)
        }
        let exchange = CurlExchange(CurlTransfer(request, isStreamed: false), usesProxy: false)
        var setup = CurlSetup(easy, options)
        defer { setup.releaseHeaders() }
        _ = setup.apply(exchange)
        ccurl_set_long(easy, CURLOPT_VERBOSE, 1)
        ccurl_set_pointer(easy, CURLOPT_STDERR, log)
        _ = withExtendedLifetime(exchange) { curl_easy_perform(easy) }
        rewind(log)
        var lines: [String] = []
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), log) != nil {
            lines.append(
                String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return lines
    }
}
