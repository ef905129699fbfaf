import CCurl

/// The handles that one thread owns: an easy handle, and a multi handle whose wait another thread can interrupt.
///
/// Connections, TLS sessions and resolved names are kept from one transfer to the next.
final class CurlEngine {
    private let options: TransportOptions
    private let easy: UnsafeMutableRawPointer?
    private let multi: UnsafeMutableRawPointer?

    init(_ options: TransportOptions) {
        self.options = options
        easy = curl_easy_init()
        multi = curl_multi_init()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
    }

    /// Carries out one transfer from start to end.
    func carry(_ transfer: CurlTransfer) {
        // The handles are this thread's alone, except for curl_multi_wakeup, which any thread may call.
        nonisolated(unsafe) let multi = multi
        transfer.begin { curl_multi_wakeup(multi) }
        let usesProxy = options.proxies.proxy(for: transfer.request.url) != nil
        let exchange = CurlExchange(transfer, usesProxy: usesProxy)
        transfer.finish(withExtendedLifetime(exchange) { outcome(of: exchange) })
    }

    private func outcome(of exchange: CurlExchange) -> Result<Bool, TransportError> {
        // A machine without resources says nothing about the request.
        guard let easy, let multi else { return .failure(TransportError(.unreachable, mayHaveArrived: false)) }
        curl_easy_reset(easy)
        var setup = CurlSetup(easy, options)
        defer { setup.releaseHeaders() }
        guard setup.apply(exchange) else { return .failure(TransportError(.unsendable, mayHaveArrived: false)) }
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else {
            return .failure(TransportError(.unreachable, mayHaveArrived: false))
        }
        defer { curl_multi_remove_handle(multi, easy) }
        do {
            try perform(exchange)
            return .success(try exchange.end())
        } catch let reason as TransportError.Reason {
            return .failure(failure(reason, of: exchange, libraryCode: nil))
        } catch let ended as LibraryFailure {
            let reason = exchange.failure ?? ended.reason
            return .failure(failure(reason, of: exchange, libraryCode: Int(ended.code.rawValue)))
        } catch {
            return .failure(failure(.brokenOff, of: exchange, libraryCode: nil))
        }
    }

    private func perform(_ exchange: CurlExchange) throws {
        var running: Int32 = 0
        var code = CURLE_OK
        while true {
            curl_multi_perform(multi, &running)
            if ccurl_multi_ended(multi, &code) == 1 { break }
            if exchange.transfer.isCancelled { throw TransportError.Reason.brokenOff }
            curl_multi_poll(multi, nil, 0, try exchange.patience(), nil)
        }
        guard code == CURLE_OK else { throw LibraryFailure(code: code) }
    }

    private func failure(
        _ reason: TransportError.Reason, of exchange: CurlExchange, libraryCode: Int?
    ) -> TransportError {
        // What was never sent cannot have arrived; once a byte was written, nobody knows. The bytes of a CONNECT count,
        // too, but went only to the proxy: this time is set only once the way through it stands, TLS included.
        let stands = exchange.hasHead || ccurl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) > 0
        let isSent = exchange.hasHead || stands && ccurl_get_long(easy, CURLINFO_REQUEST_SIZE) > 0
        // A proxy that refuses or disconnects looks like an answer that was cut off.
        let isRefused = !stands && libraryCode != nil && reason == .brokenOff
        return TransportError(
            isRefused ? .unreachable : reason, mayHaveArrived: isSent, libraryCode: libraryCode)
    }
}

/// How libcurl says that a transfer failed.
private struct LibraryFailure: Error {
    let code: CURLcode

    var reason: TransportError.Reason {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED: .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED: .tls
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            .certificate
        case CURLE_PARTIAL_FILE: .incomplete
        // Libcurl's code for a header field that is longer than it holds; since 8.6 it has a number of its own.
        case CURLE_OUT_OF_MEMORY, CURLcode(rawValue: 100): .malformed
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL: .malformed
        case CURLE_FILESIZE_EXCEEDED: .tooLarge
        case CURLE_URL_MALFORMAT: .unsendable
        default: .brokenOff
        }
    }
}
