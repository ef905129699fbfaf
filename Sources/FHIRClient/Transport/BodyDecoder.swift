/// Turns the bytes of a body into pieces for the reader: gzip undone, caps enforced, the end proven.
struct BodyDecoder: ~Copyable {
    private let framing: ResponseHead.Framing
    private let mayBeEmpty: Bool
    private let maxBytes: Int
    private var gzip: GzipInflater?
    private var received = 0
    private var produced = 0
    private var filled = 0
    private let piece: UnsafeMutableRawBufferPointer

    /// The size of a piece that is handed on; a reader holds a few of them at most.
    static let pieceBytes = 128 << 10
    private static let ratioFreeBytes = 10 << 20
    private static let maxRatio = 100

    /// `maxBytes` is a cap before and after decoding; with `mayBeEmpty`, an empty body passes as gzip of nothing.
    init(framing: ResponseHead.Framing, isGzip: Bool, mayBeEmpty: Bool = false, maxBytes: Int) {
        self.framing = framing
        self.mayBeEmpty = mayBeEmpty
        self.maxBytes = maxBytes
        gzip = isGzip ? GzipInflater() : nil
        piece = .allocate(byteCount: Self.pieceBytes, alignment: 16)
    }

    deinit { piece.deallocate() }

    /// Whether the end was, or will be, proven by more than the end of the connection.
    ///
    /// Gzip's trailer is not enough: another member could have followed it.
    var provesEnd: Bool { framing != .close }

    /// Takes bytes from the wire; calls `deliver` with each full piece.
    mutating func take(
        _ bytes: UnsafeRawBufferPointer, deliver: ([UInt8]) throws(TransportError.Reason) -> Void
    ) throws(TransportError.Reason) {
        received += bytes.count
        // Members and blocks without content could go on forever without reaching the cap on what they hold.
        guard received <= maxBytes else { throw .tooLarge }
        var rest = bytes
        while !rest.isEmpty {
            let used = try decode(rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[used...])
            if filled == piece.count { try flush(deliver) }
        }
    }

    /// Hands on the rest, and proves the end or throws.
    mutating func finish(deliver: ([UInt8]) throws(TransportError.Reason) -> Void) throws(TransportError.Reason) {
        // Zlib may hold back output that did not fit into the last piece.
        while gzip != nil, try decode(UnsafeRawBufferPointer(start: nil, count: 0)) >= 0, filled == piece.count {
            try flush(deliver)
        }
        if case .length(let length) = framing, length != received { throw .incomplete }
        if let isWhole = gzip?.isBetweenMembers, !isWhole, received > 0 || !mayBeEmpty { throw .incomplete }
        if filled > 0 { try flush(deliver) }
    }

    /// Decodes some of `input` into the piece; returns how many bytes of it were used.
    private mutating func decode(_ input: UnsafeRawBufferPointer) throws(TransportError.Reason) -> Int {
        let room = UnsafeMutableRawBufferPointer(rebasing: piece[filled...])
        let used: Int
        let made: Int
        if gzip == nil {
            used = min(input.count, room.count)
            made = used
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<used]))
        } else {
            do {
                (used, made) = try gzip?.inflate(input, into: room) ?? (0, 0)
            } catch {
                throw .malformed
            }
        }
        filled += made
        produced += made
        guard produced <= maxBytes else { throw .tooLarge }
        if gzip != nil, produced > Self.ratioFreeBytes, produced / Self.maxRatio > received { throw .tooLarge }
        return used
    }

    private mutating func flush(
        _ deliver: ([UInt8]) throws(TransportError.Reason) -> Void
    ) throws(TransportError.Reason) {
        let bytes = [UInt8](UnsafeRawBufferPointer(rebasing: piece[..<filled]))
        filled = 0
        try deliver(bytes)
    }
}
