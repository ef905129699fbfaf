import PDexTesting
import Testing

@testable import FHIRClient

/// The decoder does its own counting, whatever libcurl has counted.
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

    @Test("a body of several members is whole at its announced length, and at its announced end only between members")
    func provesMembers() throws {
        let members = inMembers(text)
        let coded = members.flatMap(\.self)
        let boundaries = members.indices.map { members[...$0].reduce(0) { $0 + $1.count } }

        let byLength = (0...coded.count).filter { decoded([coded[..<$0]], .length(coded.count)) != nil }
        let byEnd = (0...coded.count).filter { decoded([coded[..<$0]], .announced) != nil }

        #expect(byLength == [coded.count])
        #expect(byEnd == boundaries)
        #expect(decoded([coded[...]], .length(coded.count)) == text)
    }

    @Test("the bytes decode to the same wherever they are split on the way")
    func joinsPieces() {
        let coded = inMembers(text).flatMap(\.self)

        let wrong = (0...coded.count).filter { decoded([coded[..<$0], coded[$0...]], .announced) != text }
        let bytewise = decoded(coded.indices.map { coded[$0...$0] }, .announced)

        #expect(wrong.isEmpty)
        #expect(bytewise == text)
    }

    @Test("the caps hold for all members together, and for members that hold nothing", arguments: [1, 1000])
    func capsMembers(size: Int) {
        let member = gzip([UInt8](repeating: 0x20, count: size - 1))
        let many = [UInt8]([[UInt8]](repeating: member, count: 1000).joined())[...]

        #expect(decoded([many], .announced, maxBytes: max(many.count, (size - 1) * 1000)) != nil)
        #expect(decoded([many], .announced, maxBytes: max(many.count, (size - 1) * 1000) - 1) == nil)
    }

    private let text = [UInt8]((0..<9).map { #"{"resourceType":"Basic","id":"\#($0)"}"# }.joined(separator: "\n").utf8)

    /// The content of gzip that arrives in pieces; nil when it is not a whole body.
    private func decoded(
        _ pieces: [ArraySlice<UInt8>], _ framing: ResponseHead.Framing, maxBytes: Int = 1 << 20
    ) -> [UInt8]? {
        var decoder = BodyDecoder(framing: framing, isGzip: true, maxBytes: maxBytes)
        var taken: [UInt8] = []
        do {
            for piece in pieces {
                try piece.withUnsafeBytes { bytes in
                    try decoder.take(bytes) { piece throws(TransportError.Reason) in taken += piece }
                }
            }
            try decoder.finish { piece throws(TransportError.Reason) in taken += piece }
            return taken
        } catch {
            return nil
        }
    }
}
