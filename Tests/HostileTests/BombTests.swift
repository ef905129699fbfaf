import FHIR
import Foundation
import PDex
import PDexTesting
import Pipeline
import Testing

/// Whatever has no end, or is larger than it looks, stops at its cap, and the process stays small (reliability T3, T6).
@Suite("Bombs", .serialized, .timeLimit(.minutes(10)))
struct BombTests {
    /// What the clinic throws.
    struct Bomb: Sendable, CustomStringConvertible {
        let description: String
        let method: String
        /// What is reported.
        let code: FaultCode
        let play: HostileClinic.Play

        init(
            _ description: String, by method: String = "bulk-export", at place: String = "file Observation",
            _ code: FaultCode, _ reply: @escaping @Sendable (HostileClinic.Moment) -> Listener.Reply
        ) {
            self.description = description
            self.method = method
            self.code = code
            play = { $0.place == place ? reply($0) : nil }
        }
    }

    private static let head = [UInt8]("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n".utf8)
    private static let chunk = Answer.chunk([UInt8](repeating: 0x20, count: 64 << 10)[...])
    private static let open = [UInt8]("\r\n".utf8)
    private static let packed = [UInt8]("Content-Encoding: gzip\r\n\r\n".utf8)
    private static let line =
        [UInt8](
            #"{"resourceType":"Observation","id":"x","note":"\#(String(repeating: "x", count: 60000))"}"#.utf8) + [10]

    /// A gibibyte of spaces in a megabyte.
    private static let packedSpaces: [UInt8] = {
        let member = gzip([UInt8](repeating: 0x20, count: 64 << 20), level: 9)
        return [UInt8]([[UInt8]](repeating: member, count: 16).joined())
    }()

    static let bombs = [
        Bomb("a gzip bomb", .remoteTooLarge) { _ in
            .close(
                [UInt8]("HTTP/1.1 200 X\r\nContent-Length: \(packedSpaces.count)\r\n".utf8) + packed + packedSpaces)
        },
        Bomb("a gzip bomb in a search", by: "roster-search", at: "search Observation", .remoteTooLarge) { _ in
            .close(
                [UInt8]("HTTP/1.1 200 X\r\nContent-Length: \(packedSpaces.count)\r\n".utf8) + packed + packedSpaces)
        },
        Bomb("gzip in gzip", .remoteIncomplete) { _ in
            let nested = gzip(packedSpaces)
            return .keep([UInt8]("HTTP/1.1 200 X\r\nContent-Length: \(nested.count)\r\n".utf8) + packed + nested)
        },
        Bomb("gzip said twice", .remoteMalformed) { _ in
            let nested = gzip(packedSpaces)
            return .keep(
                [UInt8](
                    "HTTP/1.1 200 X\r\nContent-Encoding: gzip, gzip\r\nContent-Length: \(nested.count)\r\n\r\n".utf8)
                    + nested)
        },
        Bomb("chunks without end", .remoteTooLarge) { _ in
            .endless(head + open, piece: Answer.chunk(line[...]))
        },
        Bomb("one line without end", .remoteTooLarge) { _ in .endless(head + open, piece: Answer.chunk(line.dropLast()))
        },
        Bomb("gzip members of nothing without end", .remoteTooLarge) { _ in
            .endless(
                head + packed, piece: Answer.chunk([UInt8]([[UInt8]](repeating: gzip([]), count: 3000).joined())[...]))
        },
        Bomb("a page without end", by: "roster-search", at: "search Observation", .remoteTooLarge) { _ in
            .endless(head + open, piece: chunk)
        },
        Bomb("a manifest without end", at: "status", .remoteTooLarge) { _ in .endless(head + open, piece: chunk) },
        Bomb("a CapabilityStatement without end", at: "metadata", .remoteTooLarge) { _ in
            .endless(head + open, piece: chunk)
        },
        Bomb("a token without end", at: "token", .remoteTooLarge) { _ in .endless(head + open, piece: chunk) },
        Bomb("a header without end", .remoteMalformed) { _ in
            .endless(head, piece: [UInt8]("X-Filler: \(String(repeating: "x", count: 900))\r\n".utf8))
        },
        Bomb("interim answers without end", .remoteMalformed) { _ in
            .endless([], piece: [UInt8]("HTTP/1.1 103 X\r\nX-A: b\r\n\r\n".utf8))
        },
        Bomb("trailers without end", .remoteMalformed) { _ in
            .endless(head + open + [UInt8]("0\r\n".utf8), piece: [UInt8]("X-Trailer: x\r\n".utf8))
        },
    ]

    @Test("the process stops at its cap, says so, and stays within 256 MiB", arguments: bombs)
    func staysSmall(bomb: Bomb) throws {
        let night = try HostileNight(by: .bulkExport)
        let payer = try Listener(Self.payer)
        let command = try PDexCommand(
            clinic: night.clinic.base, payer: payer.base, by: bomb.method, maxFileSize: "64MB")
        defer { command.remove() }
        night.clinic.play(bomb.play)

        let ending = try command.run()

        #expect(ending.status != 0 && ending.status != -1)
        #expect(ending.text.contains(bomb.code.rawValue))
        #expect(ending.peakBytes <= 256 << 20)
        print(
            "bomb: \(bomb): \(ending.peakBytes >> 20) MiB, \(Int(ending.seconds * 1000)) ms, exit \(ending.status)")
    }

    @Test("pages for eight members at once, each larger than any may be then, stay within 256 MiB")
    func sharesMemory() throws {
        let members = (1...8).map {
            NamedMember("m\($0)", "Mo", "Lee", born: "1980-01-0\($0)", memberID: "M0-1\($0)")
        }
        let night = try HostileNight(by: .rosterSearch, members: members)
        let payer = try Listener(Self.payer)
        let command = try PDexCommand(
            clinic: night.clinic.base, payer: payer.base, by: "roster-search", maxFileSize: "64MB")
        defer { command.remove() }
        let page =
            [UInt8](#"{"resourceType":"Bundle","type":"searchset","entry":[]"#.utf8)
            + [UInt8](repeating: 0x20, count: 62 << 20) + [UInt8]("}".utf8)
        let wire = [UInt8]("HTTP/1.1 200 X\r\nContent-Length: \(page.count)\r\n\r\n".utf8) + page
        night.clinic.play { $0.place == "search Observation" ? .keep(wire) : nil }

        let ending = try command.run()

        #expect(ending.text.contains(FaultCode.remoteTooLarge.rawValue))
        #expect(ending.peakBytes <= 256 << 20)
    }

    @Test("pages without end stop at their cap, and an export that never ends after twelve hours of polling")
    func stopsAsking() async throws {
        let pages = try HostileNight(by: .rosterSearch)
        pages.clinic.play { moment in
            guard ["search Condition", "page Condition"].contains(moment.place) else { return nil }
            return .keep(
                Answer(
                    #"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"\#(moment.base)/Condition?at=\#(moment.count)"}]}"#
                ).wire())
        }
        let export = try HostileNight(by: .bulkExport)
        export.clinic.play { $0.place == "status" ? $0.status(202) : nil }

        let endless = try await pages.run("night-1")
        let began = export.night.clock.now()
        let slow = await #expect(throws: Fault.self) { try await export.run("night-1") }

        #expect(endless.problems == [.clinicPagingLoop: 2])
        #expect(pages.clinic.count("page Condition") <= 4 * 10_000)
        #expect(slow?.code == .clinicExportFailed)
        #expect((export.night.clock.now() - began) / .seconds(3600) <= 12)
        #expect(export.clinic.count("delete") == 1)
        #expect(export.clinic.count("status") < 1000)
    }

    /// A payer that offers everything and never gets anything.
    @Sendable private static func payer(_ request: ArrivedRequest) -> Listener.Reply {
        let origin = "http://\(request.header("Host") ?? "")"
        switch request.path {
        case "/token":
            let scope = request.parameter("scope") ?? ""
            return .keep(
                Answer(#"{"access_token":"t","token_type":"bearer","expires_in":300,"scope":"\#(scope)"}"#).wire())
        case "/metadata":
            let types = ["Patient", "Observation", "Organization", "Provenance"].map {
                #"{"type":"\#($0)","updateCreate":true}"#
            }
            return .keep(
                Answer(
                    #"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","interaction":[{"code":"transaction"}],"resource":[\#(types.joined(separator: ","))]}]}"#
                ).wire())
        default:
            return .keep(
                Answer(
                    #"{"token_endpoint":"\#(origin)/token","grant_types_supported":["client_credentials"],"capabilities":["client-confidential-asymmetric","permission-v2"]}"#
                ).wire())
        }
    }
}
