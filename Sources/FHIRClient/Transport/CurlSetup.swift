import CCurl
import Glibc

/// The options of one transfer.
struct CurlSetup {
    private let easy: UnsafeMutableRawPointer
    private let options: TransportOptions
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var isGood = true

    init(_ easy: UnsafeMutableRawPointer, _ options: TransportOptions) {
        self.easy = easy
        self.options = options
    }

    /// Sets everything; false when libcurl or the header refuses something.
    mutating func apply(_ exchange: CurlExchange) -> Bool {
        let request = exchange.transfer.request
        setLimits(request)
        setSecurity(request.url)
        setMethod(request, exchange)
        setFields(request)
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        check(ccurl_set_on_header(easy, CurlExchange.onHeader, context))
        check(ccurl_set_on_body(easy, CurlExchange.onBody, context))
        check(ccurl_set_on_progress(easy, CurlExchange.onProgress, context))
        check(ccurl_set_on_socket(easy, CurlExchange.onSocket, context))
        return isGood
    }

    /// Frees the header lines, once the transfer is over.
    mutating func releaseHeaders() {
        curl_slist_free_all(fields)
        fields = nil
    }

    private mutating func setLimits(_ request: HTTPRequest) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_BUFFERSIZE, 256 << 10)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(min(max(request.timeouts.connect, 0.001), 3600) * 1000))
        // A connection that was idle for longer is probably dead, and a new one costs little.
        set(CURLOPT_MAXAGE_CONN, 60)
        set(CURLOPT_HTTP_VERSION, request.isDownload ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS)
    }

    private mutating func setSecurity(_ url: OutboundURL) {
        set(CURLOPT_URL, url.text)
        set(CURLOPT_PROTOCOLS_STR, url.scheme.rawValue)
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        // An empty value keeps libcurl from reading the environment itself: loopback is never proxied.
        set(CURLOPT_PROXY, options.proxies.proxy(for: url) ?? "")
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let path = options.authoritiesPath {
            set(CURLOPT_CAINFO, path)
            // Instead of the system's authorities: a distribution's libcurl also looks into a folder of them.
            check(ccurl_set_string(easy, CURLOPT_CAPATH, nil))
        }
        if let certificate = options.clientCertificate {
            set(CURLOPT_SSLCERT, certificate.certificatePath)
            set(CURLOPT_SSLKEY, certificate.keyPath)
        }
    }

    private mutating func setMethod(_ request: HTTPRequest, _ exchange: CurlExchange) {
        let count = request.body?.count ?? 0
        if request.body != nil || request.method == .post {
            set(CURLOPT_POST, 1)
            check(ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(count)))
            let context = Unmanaged.passUnretained(exchange).toOpaque()
            check(ccurl_set_on_upload(easy, CurlExchange.onUpload, CurlExchange.onSeek, context))
        }
        if request.method != .get, request.method != .post { set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
    }

    private mutating func setFields(_ request: HTTPRequest) {
        // No "100 Continue" round trip: bundles are small compared with the bandwidth.
        append("Expect:")
        if request.acceptsGzip { append("Accept-Encoding: gzip") }
        if request.headers["User-Agent"] == nil { append("User-Agent: pdex") }
        for field in request.headers.fields {
            let isToken = !field.name.isEmpty && field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3a }
            let isLine = field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
            guard isToken, isLine else {
                isGood = false
                continue
            }
            append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        check(ccurl_set_headers(easy, fields))
    }

    private mutating func append(_ line: String) {
        guard let longer = curl_slist_append(fields, line) else {
            isGood = false
            return
        }
        fields = longer
    }

    private mutating func set(_ option: CURLoption, _ value: Int) {
        check(ccurl_set_long(easy, option, value))
    }

    private mutating func set(_ option: CURLoption, _ value: String) {
        check(ccurl_set_string(easy, option, value))
    }

    private mutating func check(_ code: CURLcode) {
        if code != CURLE_OK { isGood = false }
    }
}
