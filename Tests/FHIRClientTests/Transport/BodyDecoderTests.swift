import Testing

@testable import FHIRClient

/// The decoder counts for itself, whatever libcurl has counted.
@Suite("Body decoder")
struct BodyDecoderTests {
    @Test("fewer or more bytes than announced are not a whole body", arguments: [0, 4, 6])
    func countsBytes(count: Int) throws {
        var decoder = BodyDecoder(framing: .length(5), isGzip: false, maxBytes: 100)
        var taken: [UInt8] = []
        try [UInt8](repeating: 0x20, count: count).withUnsafeBytes { bytes in
            try decoder.take(bytes) { piece throws(TransportError.Reason) in taken += piece }
        }

        #expect(throws: TransportError.Reason.incomplete) {
            try decoder.finish { piece throws(TransportError.Reason) in taken += piece }
        }
        #expect(taken.isEmpty)
    }
}
