import CCurl
import Glibc

/// One transfer as its thread sees it: what libcurl's callbacks collect, and how long to wait.
final class CurlExchange {
    let transfer: CurlTransfer
    /// Why the transfer was ended from inside a callback.
    private(set) var failure: TransportError.Reason?
    /// Whether a proxy resolves the host: then the address is that of the proxy, which the site itself named.
    private let usesProxy: Bool
    private var head = ResponseHead()
    private var decoder: BodyDecoder?
    private var sent = 0

    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant
    private var lastMove: ContinuousClock.Instant
    private var heldBack = Duration.zero
    private var moved = 0
    private var pace: (since: ContinuousClock.Instant, bytes: Int)?

    init(_ transfer: CurlTransfer, usesProxy: Bool) {
        self.transfer = transfer
        self.usesProxy = usesProxy
        started = clock.now
        lastMove = started
    }

    /// Whether the whole header of the answer was read.
    var hasHead: Bool { head.isFinished }

    /// After libcurl's success, hands over the last piece; returns whether the end is proven.
    func end() throws(TransportError.Reason) -> Bool {
        if let failure { throw failure }
        // Libcurl counts a header that breaks off between two lines as a success.
        guard head.isFinished, decoder != nil else { throw .incomplete }
        try decoder?.finish { piece throws(TransportError.Reason) in try hand(piece) }
        let isProven = decoder?.provesEnd ?? false
        if transfer.isStreamed, !isProven { throw .incomplete }
        return isProven
    }

    /// How many milliseconds the thread may sleep; throws when a time-out has passed.
    func patience() throws(TransportError.Reason) -> Int32 {
        let now = clock.now - heldBack
        let timeouts = transfer.request.timeouts
        var left = Duration.seconds(timeouts.idle) - (now - lastMove)
        if let total = timeouts.total { left = min(left, .seconds(total) - (now - started)) }
        guard left > .zero else { throw .timedOut }
        if let pace, now - pace.since > .seconds(timeouts.pace) {
            let least = timeouts.slowest * ((now - pace.since) / .seconds(1))
            guard Double(moved - pace.bytes) >= least else { throw .timedOut }
            self.pace = (now, moved)
        }
        return Int32(min(1000, left / .milliseconds(1)).rounded(.up))
    }

    // MARK: What libcurl calls

    static let onHeader: curl_write_callback = { bytes, size, count, context in
        guard let exchange = CurlExchange.at(context) else { return 0 }
        return exchange.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    static let onBody: curl_write_callback = { bytes, size, count, context in
        guard let exchange = CurlExchange.at(context) else { return 0 }
        return exchange.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    static let onUpload: curl_read_callback = { buffer, size, count, context in
        guard let exchange = CurlExchange.at(context), let buffer else { return Int(CURL_READFUNC_ABORT) }
        return exchange.giveBody(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }

    /// Refuses to send a body a second time: when a kept connection breaks, libcurl would repeat the request, and
    /// nobody would know that it may have arrived twice.
    static let onSeek: curl_seek_callback = { context, offset, _ in
        guard let exchange = CurlExchange.at(context), offset == 0, exchange.sent == 0 else {
            return Int32(CURL_SEEKFUNC_FAIL)
        }
        return Int32(CURL_SEEKFUNC_OK)
    }

    static let onProgress: curl_xferinfo_callback = { context, _, downloaded, _, uploaded in
        CurlExchange.at(context)?.noteProgress(downloaded + uploaded) == true ? 0 : 1
    }

    /// Checks the address before anything is sent to it, after all name resolution (against DNS rebinding).
    static let onSocket: curl_opensocket_callback = { context, _, address in
        guard let exchange = CurlExchange.at(context), let address,
            exchange.permits(address)
        else { return CURL_SOCKET_BAD }
        let wanted = address.pointee
        return socket(wanted.family, wanted.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.`protocol`)
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
        context.map { Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        do {
            // A header line does not count as progress: a server that sends one a minute would never be idle.
            guard try head.take(line) else { return true }
            noteMove()
            decoder = BodyDecoder(
                framing: try head.framing(), isGzip: try head.isGzip(), mayBeEmpty: head.mayBeEmpty,
                maxBytes: transfer.request.maxBodyBytes)
            transfer.deliver(head)
            return true
        } catch {
            failure = .malformed
            return false
        }
    }

    private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        noteMove()
        if pace == nil { pace = (lastMove, moved) }
        do {
            try decoder?.take(bytes) { piece throws(TransportError.Reason) in try hand(piece) }
            return decoder != nil
        } catch {
            failure = error
            return false
        }
    }

    private func hand(_ piece: [UInt8]) throws(TransportError.Reason) {
        let before = clock.now
        guard transfer.deliver(piece) else { throw .brokenOff }
        heldBack += clock.now - before
    }

    private func giveBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let body = transfer.request.body else { return 0 }
        let count = min(buffer.count, body.count - sent)
        body.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count])) }
        sent += count
        return count
    }

    private func noteMove() { lastMove = clock.now - heldBack }

    private func noteProgress(_ bytes: Int) -> Bool {
        if bytes > moved {
            moved = bytes
            noteMove()
        }
        return !transfer.isCancelled
    }

    private func permits(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Bool {
        if usesProxy { return true }
        // Libcurl allocates more room after `addr` than its declared type has: an IPv6 address is longer.
        let bytes = UnsafeRawPointer(address).advanced(by: Self.addressOffset)
        guard let resolved = IPAddress(bytes, count: Int(address.pointee.addrlen)),
            transfer.request.url.reach.permits(resolved.network)
        else {
            failure = .forbiddenAddress
            return false
        }
        return true
    }

    private static let addressOffset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0
}
