import FHIR
import FHIRClient
import PDex
import PDexTesting
import Testing

/// Every carrier of a URL with every hostile shape, over the wire: nothing reaches the other listener (reliability T1,
/// T2).
@Suite("Confinement", .timeLimit(.minutes(5)))
struct ConfinementTests {
    /// Where a server can put a URL that a client might follow.
    enum Carrier: String, CaseIterable {
        case nextLink, output, openOutput, errorFile, deletedFile, statusURL, contentLocation, deletion, tokenEndpoint
        case jwks, fileRedirect, openFileRedirect

        /// Whether the URL is in a header field, where it cannot have every character.
        var isField: Bool { [.contentLocation, .fileRedirect, .openFileRedirect].contains(self) }
    }

    /// The requests whose redirects are not followed: all except those for files.
    static let redirected = [
        "configuration", "token", "metadata", "search Encounter", "read Group", "kickoff", "status",
    ]
    static let redirects = [301, 302, 303, 307, 308]

    /// The shapes, of which each would lead to the port `foreign`, to another address, or out of HTTP.
    static func shapes(home: Int, foreign: Int) -> [String] {
        let hosts = [
            "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
            "2130706433", "0x7f000001", "017700000001", "127.1", "0177.0.0.1", "0.0.0.0", "0", "[::]", "127.0.0.1.",
            "127.0.0.2", "xn--lcalhost-n4a.localhost", "127.0.0.1%00", "127.0.0.1%2e", "user@127.0.0.1",
            "127.0.0.1:\(home)@127.0.0.1", "user:secret@127.0.0.1",
        ]
        let whole = [
            "https://127.0.0.1:\(home)/x", "ftp://127.0.0.1:\(foreign)/x", "gopher://127.0.0.1:\(foreign)/x",
            "dict://127.0.0.1:\(foreign)/x", "ws://127.0.0.1:\(foreign)/x", "//127.0.0.1:\(foreign)/x",
            #"\\127.0.0.1:\#(foreign)\x"#, #"http:\\127.0.0.1:\#(foreign)\x"#,
            #"http://127.0.0.1:\#(foreign)\@127.0.0.1:\#(home)/x"#,
            "http://127.0.0.1:\(foreign)#@127.0.0.1:\(home)/x", "http://127.0.0.1:\(foreign)%23@127.0.0.1:\(home)/x",
            "http:127.0.0.1:\(foreign)/x", "http:/127.0.0.1:\(foreign)/x", "http:///127.0.0.1:\(foreign)/x",
            " http://127.0.0.1:\(foreign)/x", "http://127.0.0.1:\(foreign)/x\t",
            "http://127.0.0.1:\(home)/x\r\nHost: 127.0.0.1:\(foreign)", "http://127.0.0.1:\(home)\u{0}:\(foreign)/x",
            "http://127.0.0.1:0\(foreign)/x", "http://127.0.0.1:\(foreign + 65536)/x", "http://127。0。0。1:\(foreign)/x",
            "http://169.254.169.254/latest/meta-data", "http://[fe80::1]:\(foreign)/x", "http://10.0.0.1/x",
            "https://10.0.0.1/x", "http://172.16.0.1/x", "https://192.168.0.1/x", "https://100.64.0.1/x",
            "https://[fd00::1]/x", "https://[::ffff:10.0.0.1]/x", "https://169.254.169.254/x",
            "https://evil.example/x", "https://127.0.0.1.evil.example:\(home)/x", "file:///etc/passwd",
            "file://127.0.0.1/etc/passwd", "unix:/run/docker.sock", "unix:///run/docker.sock", "data:,x",
            "javascript:x", "/x", "",
        ]
        return hosts.map { "http://\($0):\(foreign)/x" } + whole
    }

    @Test("no URL that the clinic hands us leads to another listener: every carrier, every shape")
    func staysHome() async throws {
        let foreign = try Listener { _ in .keep(Answer("{}").wire()) }
        let night = try HostileNight(by: .bulkExport)
        let shapes = Self.shapes(home: night.clinic.listener.port, foreign: foreign.port)
        var cases = 0
        var followed: [String] = []
        for carrier in Carrier.allCases {
            for shape in shapes where !carrier.isField || shape.utf8.allSatisfy({ $0 >= 0x20 }) {
                let before = (foreign.connections, strangeRequests(night))
                try? await Self.follow(shape, carrier, night)
                cases += 1
                if (foreign.connections, strangeRequests(night)) != before { followed.append("\(carrier) \(shape)") }
            }
        }
        // A token endpoint without a host is at home itself (SBS-03), and so is a file.
        #expect(followed == ["tokenEndpoint /x", "fileRedirect /x", "openFileRedirect /x"])
        #expect(foreign.connections == 0)
        #expect(cases >= 750)
        print("confinement: \(cases) cases of \(Carrier.allCases.count) carriers and \(shapes.count) shapes")
    }

    @Test("no redirect is followed but a file's: every request, every status, every shape")
    func followsNoRedirect() async throws {
        let foreign = try Listener { _ in .keep(Answer("{}").wire()) }
        let night = try HostileNight(by: .bulkExport)
        let shapes = Self.shapes(home: night.clinic.listener.port, foreign: foreign.port)
            .filter { $0.utf8.allSatisfy { $0 >= 0x20 } }
        var cases = 0
        for place in Self.redirected {
            for status in Self.redirects {
                for shape in shapes + ["\(night.clinic.base)/x"] {
                    night.clinic.play { moment in
                        moment.place == place ? .keep(Answer("", status: status, "Location: \(shape)").wire()) : nil
                    }
                    try? await Self.ask(place, night)
                    cases += 1
                }
            }
        }
        #expect(foreign.connections == 0)
        #expect(strangeRequests(night) == 0)
        #expect(cases >= 2100)
        print("confinement: \(cases) cases of redirects")
    }

    @Test("references and attachments to elsewhere are staged and never fetched")
    func fetchesNoReference() async throws {
        let foreign = try Listener { _ in .keep(Answer("{}").wire()) }
        let home = try HostileNight(by: .rosterSearch)
        let shapes = Self.shapes(home: 1, foreign: foreign.port)
        let records = try shapes.enumerated().flatMap { index, shape -> [Resource] in
            let document: JSONValue = [
                "resourceType": "DocumentReference", "id": .string("d\(index)"), "status": "current",
                "subject": ["reference": "Patient/joe"],
                "author": [
                    ["reference": .string(shape + "/Practitioner/evil")], ["reference": .string(shape)],
                ],
                "content": [["attachment": ["url": .string(shape)]]],
            ]
            return [try Resource(document)]
        }
        let night = try HostileNight(
            by: .rosterSearch, members: [.joe],
            records: try HostileNight.records(of: [.joe]) + records + [home.night.group(of: [.joe])])

        _ = try await night.run("night-1")

        let staged = try await night.staged()
        #expect(staged.keys.count { $0.hasPrefix("DocumentReference") } == shapes.count)
        #expect(foreign.connections == 0)
        print("confinement: \(shapes.count * 3) cases of references and attachments")
    }

    @Test("the other listener does notice: a file host that the configuration names is asked, without the token")
    func noticesWhatLeads() async throws {
        let foreign = try Listener { _ in .keep(Answer("{}\n").wire()) }
        let clinic = try HostileClinic([])
        let connection = ServerConnection(
            name: "clinic0", side: .clinic, base: clinic.base,
            authorization: .backendServices(.init(clientID: "pdex-client")), openOrigins: [foreign.base])
        let client = try Self.client(connection)
        let file = ExportManifest.File(type: nil, url: foreign.base + "/x", count: nil)

        _ = try await client.download(file, requiresAccessToken: false) { _ in }
        await #expect(throws: Fault.self) { try await client.download(file, requiresAccessToken: true) { _ in } }

        #expect(foreign.connections == 1)
        #expect(foreign.received.map { $0.header("Authorization") } == [nil])
        #expect(foreign.received.allSatisfy { $0.body.isEmpty })
    }

    @Test("a redirect of a file to a host that the configuration names is followed, without the token")
    func leavesTokenAtHome() async throws {
        let foreign = try Listener { _ in .keep(Answer("{}\n").wire()) }
        let clinic = try HostileClinic([])
        clinic.play { moment in
            moment.place == "file Observation"
                ? .keep(Answer("", status: 307, "Location: \(foreign.base)/x?sig=1").wire()) : nil
        }
        let connection = ServerConnection(
            name: "clinic0", side: .clinic, base: clinic.base,
            authorization: .backendServices(.init(clientID: "pdex-client")), openOrigins: [foreign.base])
        let file = ExportManifest.File(type: nil, url: clinic.base + "/files/Observation", count: nil)

        _ = try await Self.client(connection).download(file, requiresAccessToken: true) { _ in }

        #expect(clinic.listener.received.last?.header("Authorization") == "Bearer secret-token-1")
        #expect(foreign.received.map(\.target) == ["/x?sig=1"])
        #expect(foreign.received.map { $0.header("Authorization") } == [nil])
    }

    /// Requests to home that should not have been made: all shapes that lead home end in `/x`.
    private func strangeRequests(_ night: HostileNight) -> Int {
        night.clinic.listener.received.count { $0.path == "/x" }
    }

    static func client(
        _ connection: ServerConnection, _ transport: any HTTPTransport = CurlTransport()
    ) throws -> ClinicClient {
        let session = try ServerSession(
            connection, keys: try #require(TestKeys.folder), transport: transport,
            clock: ManualClock(Instant(seconds: 1_780_000_000)), retry: ReadRetry(attempts: 1))
        return ClinicClient(session)
    }

    private static func client(of night: HostileNight) throws -> ClinicClient {
        try client(
            ServerConnection(
                name: "clinic0", side: .clinic, base: night.clinic.base,
                authorization: .backendServices(.init(clientID: "pdex-client"))))
    }

    private static func follow(_ url: String, _ carrier: Carrier, _ night: HostileNight) async throws {
        let client = try client(of: night)
        let text = String(decoding: JSONValue.string(url).serialized(), as: UTF8.self)
        func playing(_ place: String, _ answer: Answer) {
            night.clinic.play { $0.place == place ? .keep(answer.wire()) : nil }
        }
        func manifest(_ list: String, token: Bool) -> Answer {
            let lists = ["output", "error", "deleted"].map { #""\#($0)":[\#($0 == list ? #"{"url":\#(text)}"# : "")]"# }
            return Answer(
                #"{"transactionTime":"2026-06-01T00:00:00Z","requiresAccessToken":\#(token),"#
                    + lists.joined(separator: ",") + "}")
        }
        func download(_ list: String, token: Bool) async throws {
            playing("status", manifest(list, token: token))
            guard case .complete(let found) = try await client.pollExport(night.clinic.base + "/status/1") else {
                return
            }
            for file in found.output + found.errors + found.deleted {
                #expect(file.url == url)
                _ = try await client.download(file, requiresAccessToken: found.requiresAccessToken) { _ in }
            }
        }
        switch carrier {
        case .nextLink:
            playing(
                "search Encounter",
                Answer(
                    #"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":\#(text)}]}"#))
            if let next = try await client.search(SearchQuery("Encounter")).next { _ = try await client.page(next) }
        case .output: try await download("output", token: true)
        case .openOutput: try await download("output", token: false)
        case .errorFile: try await download("error", token: true)
        case .deletedFile: try await download("deleted", token: false)
        case .statusURL: _ = try await client.pollExport(url)
        case .deletion: await client.finishExport(url)
        case .contentLocation:
            playing("kickoff", Answer("", status: 202, "Content-Location: \(url)"))
            let start = try await client.startExport(
                ExportRequest(level: .group("med0-members"), types: [], since: nil))
            _ = try await client.pollExport(start.statusURL)
        case .fileRedirect, .openFileRedirect:
            let file = ExportManifest.File(type: nil, url: night.clinic.base + "/files/Observation", count: nil)
            for status in redirects {
                playing("file Observation", Answer("", status: status, "Location: \(url)"))
                _ = try? await client.download(file, requiresAccessToken: carrier == .fileRedirect) { _ in }
            }
        case .tokenEndpoint, .jwks:
            let endpoint = carrier == .jwks ? #""\#(night.clinic.base)/token""# : text
            playing(
                "configuration",
                Answer(
                    """
                    {"token_endpoint":\(endpoint),"jwks_uri":\(text),"issuer":\(text),"registration_endpoint":\(text),
                     "grant_types_supported":["client_credentials"],"capabilities":["client-confidential-asymmetric"]}
                    """))
            _ = try await client.search(SearchQuery("Encounter"))
        }
    }

    private static func ask(_ place: String, _ night: HostileNight) async throws {
        let client = try client(of: night)
        switch place {
        case "metadata": _ = try await client.capability()
        case "read Group": _ = try await client.read(type: "Group", id: "med0-members")
        case "kickoff":
            _ = try await client.startExport(ExportRequest(level: .group("med0-members"), types: [], since: nil))
        case "status": _ = try await client.pollExport(night.clinic.base + "/status/1")
        default: _ = try await client.search(SearchQuery("Encounter"))
        }
    }
}
