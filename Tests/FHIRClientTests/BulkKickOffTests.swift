import FHIR
import FHIRClient
import PDex
import Testing

/// Kick-offs of every version, and what becomes of parameters that are refused (BLK-01 to BLK-17).
@Suite("Bulk export kick-off")
struct BulkKickOffTests {
    private let full = ExportRequest(
        level: .group("g1"), types: ["Patient", "Observation"], since: Instant(seconds: 0),
        until: Instant(seconds: 86_400), typeFilters: ["Observation?category=laboratory&status=final"],
        associatedData: ["LatestProvenanceResources"])

    @Test("a GET has every parameter, a filter percent-encoded as one value")
    func gets() async throws {
        let transport = FunctionTransport { _, _ in Self.accepted }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        #expect(start == ExportStart(statusURL: Self.status))
        #expect(
            transport.requests.map(\.url.text) == [
                AuthorizationServer.base
                    + "/Group/g1/$export?_outputFormat=application/fhir%2Bndjson&_type=Patient,Observation"
                    + "&_since=1970-01-01T00:00:00.000Z&_until=1970-01-02T00:00:00.000Z"
                    + "&_typeFilter=Observation%3Fcategory%3Dlaboratory%26status%3Dfinal"
                    + "&includeAssociatedData=LatestProvenanceResources"
            ])
    }

    @Test("a server without GET is asked by POST, everything in a Parameters", arguments: [404, 405, 501])
    func posts(status: Int) async throws {
        let transport = FunctionTransport { request, _ in
            request.method == .get ? .json("", status: status) : Self.accepted
        }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        let request = try #require(transport.requests.last)
        #expect(start.dropped == [])
        #expect(transport.requests.map(\.method) == [.get, .post])
        #expect(request.url.text == AuthorizationServer.base + "/Group/g1/$export")
        #expect(request.headers["Content-Type"] == "application/fhir+json")
        #expect(
            try JSONParser.parse(try #require(request.body)) == [
                "resourceType": "Parameters",
                "parameter": [
                    ["name": "_outputFormat", "valueString": "application/fhir+ndjson"],
                    ["name": "_type", "valueString": "Patient"], ["name": "_type", "valueString": "Observation"],
                    ["name": "_since", "valueInstant": "1970-01-01T00:00:00.000Z"],
                    ["name": "_until", "valueInstant": "1970-01-02T00:00:00.000Z"],
                    ["name": "_typeFilter", "valueString": "Observation?category=laboratory&status=final"],
                    ["name": "includeAssociatedData", "valueCode": "LatestProvenanceResources"],
                ],
            ])
    }

    @Test(
        "what is fetched for a purpose is one POST of $davinci-data-export, types and filters in a list each (DX-01)")
    func purpose() async throws {
        let transport = FunctionTransport { _, _ in Self.accepted }
        var request = full
        request.purpose = .payerToPayer
        request.typeFilters = ["Observation?date=ge2021-06-01", "Observation?date:missing=true"]

        _ = try await ClinicClient(try session(transport, side: .payer)).startExport(request)

        let sent = try #require(transport.requests.last)
        let parameters = try JSONParser.parse(try #require(sent.body))["parameter"]?.elements ?? []
        #expect(transport.requests.map(\.method) == [.post])
        #expect(sent.url.text == AuthorizationServer.base + "/Group/g1/$davinci-data-export")
        #expect(sent.headers["Prefer"] == "respond-async, handling=strict")
        #expect(parameters.contains(["name": "_type", "valueString": "Patient,Observation"]))
        #expect(
            parameters.filter { $0["name"] == "_typeFilter" } == [
                [
                    "name": "_typeFilter",
                    "valueString": "Observation?date=ge2021-06-01,Observation?date:missing=true",
                ]
            ])
        #expect(
            parameters.contains([
                "name": "exportType", "valueCanonical": "hl7.fhir.us.davinci-pdex#payertopayer",
            ]))
    }

    @Test(
        "each purpose goes by the name that PDex gives it (DX-02)",
        arguments: [
            (ExportPurpose.payerToPayer, "payertopayer"), (.providerDelta, "provider-delta"),
            (.providerDownload, "provider-download"), (.providerSnapshot, "provider-snapshot"),
        ])
    func purposes(purpose: ExportPurpose, code: String) async throws {
        let transport = FunctionTransport { _, _ in Self.accepted }
        var request = full
        request.purpose = purpose
        request.typeFilters = []

        _ = try await ClinicClient(try session(transport, side: .payer)).startExport(request)

        let sent = try JSONParser.parse(try #require(transport.requests.last?.body))
        let types = (sent["parameter"]?.elements ?? []).filter { $0["name"] == "exportType" }
        #expect(types.map { $0["valueCanonical"]?.string } == ["hl7.fhir.us.davinci-pdex#" + code])
    }

    @Test("what is fetched for a purpose without filters has no empty list of them")
    func noFilters() async throws {
        let transport = FunctionTransport { _, _ in Self.accepted }
        var request = full
        request.purpose = .providerSnapshot
        request.typeFilters = []

        _ = try await ClinicClient(try session(transport, side: .payer)).startExport(request)

        let sent = String(decoding: try #require(transport.requests.last?.body), as: UTF8.self)
        #expect(!sent.contains("_typeFilter"))
    }

    @Test(
        "a filter with a comma, escaped or not, is two filters in a list: nothing is asked (DX-01)",
        arguments: ["Observation?category=laboratory,survey", #"Observation?code=http://a|x\,y"#])
    func commas(filter: String) async throws {
        let transport = FunctionTransport { _, _ in Self.accepted }
        var request = full
        request.purpose = .payerToPayer
        request.typeFilters = ["Encounter?date=ge2021-06-01", filter]

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport, side: .payer)).startExport(request)
        }

        #expect(fault?.code == .usage)
        #expect(transport.requests.isEmpty)
    }

    @Test(
        "what is fetched for a purpose is never more than was asked for: a refusal is the end (DX-03)",
        arguments: [
            (400, FaultCode.remoteRefused), (422, .remoteRefused), (404, .payerCapability), (405, .payerCapability),
            (501, .payerCapability), (403, .authForbidden), (429, .remoteThrottled),
        ])
    func refusedPurpose(status: Int, code: FaultCode) async throws {
        let transport = FunctionTransport { _, _ in
            .json(
                #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-supported","#
                    + #""diagnostics":"_typeFilter is not offered"}]}"#, status: status)
        }
        var request = full
        request.purpose = .providerSnapshot

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport, side: .payer)).startExport(request)
        }

        #expect(fault?.code == code)
        #expect(transport.requests.count == 1)
    }

    @Test("patients go by POST alone, and a server without it has no other way", arguments: [405, 404])
    func patients(status: Int) async throws {
        let taking = FunctionTransport { _, _ in Self.accepted }
        let refusing = FunctionTransport { _, _ in .json("", status: status) }
        let some = ExportRequest(level: .patient, types: [], since: nil, patients: ["p1"])

        _ = try await ClinicClient(try session(taking)).startExport(some)
        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(refusing)).startExport(some)
        }

        let body = String(decoding: try #require(taking.requests.first?.body), as: UTF8.self)
        #expect(body.contains(#"{"name":"patient","valueReference":{"reference":"Patient/p1"}}"#))
        #expect(fault?.code == .remoteRefused)
        #expect(refusing.requests.map(\.method) == [.post])
    }

    @Test(
        "what the server names as refused is left out and told; the rest is asked for all the same",
        arguments: [ExportStart.Parameter.typeFilter, .until, .associatedData])
    func dropsNamed(parameter: ExportStart.Parameter) async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.contains("&\(parameter.rawValue)=")
                ? Self.refusal("\(parameter.rawValue) is not supported.") : Self.accepted
        }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        let last = try #require(transport.requests.last)
        let kept = ExportStart.Parameter.allCases.filter { last.url.text.contains("&\($0.rawValue)=") }
        #expect(start.dropped == [parameter])
        #expect(kept == ExportStart.Parameter.allCases.filter { $0 != parameter && $0 != .alongside && $0 != .shared })
        #expect(transport.requests.map(\.method) == [.get, .get])
    }

    @Test(
        "types and since are not given up before a POST, which some servers read better, was tried",
        arguments: [ExportStart.Parameter.type, .since])
    func triesPOSTFirst(parameter: ExportStart.Parameter) async throws {
        let transport = FunctionTransport { request, _ in
            request.method == .get ? Self.refusal("\(parameter.rawValue) is not read.") : Self.accepted
        }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        #expect(start.dropped == [])
        #expect(transport.requests.map(\.method) == [.get, .post])
    }

    @Test(
        "a server that takes neither the POST nor the parameter is asked by GET without it",
        arguments: [ExportStart.Parameter.type, .since], [400, 404, 405, 415, 501])
    func dropsAfterPOST(parameter: ExportStart.Parameter, status: Int) async throws {
        let transport = FunctionTransport { request, _ in
            if request.method == .post { return .json("", status: status) }
            return request.url.text.contains("&\(parameter.rawValue)=")
                ? Self.refusal("\(parameter.rawValue) is not read.") : Self.accepted
        }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        #expect(start.dropped == [parameter])
        #expect(transport.requests.map(\.method) == [.get, .post, .get])
    }

    @Test(
        "a server whose operation is defined in version 4 is asked by POST at once, and by GET when it does not know that",
        arguments: [("4.0.0-ballot", [HTTPRequest.Method.post]), ("3.0.0", [.get]), (nil, [.get])])
    func knowsVersions(version: String?, methods: [HTTPRequest.Method]) async throws {
        let canonical = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export"
        let definition = canonical + (version.map { "|" + $0 } ?? "")
        let operation = #"{"name":"group-export","definition":"\#(definition)"}"#
        let statement = """
            {"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","resource":[
              {"type":"Group","operation":[\(operation)]}]}]}
            """
        let transport = FunctionTransport { request, _ in
            request.url.text.hasSuffix("/metadata") ? .json(statement) : Self.accepted
        }
        let client = ClinicClient(try session(transport))

        let capability = try await client.capability()
        _ = try await client.startExport(full)

        #expect(capability.types["Group"]?.operations.contains("export") == true)
        #expect(transport.requests.dropFirst().map(\.method) == methods)
        let body = transport.requests.last?.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(body.contains(#""valueCoding":{"code":"LatestProvenanceResources"}"#) == (methods == [.post]))
    }

    @Test("a refusal that also names what the server does take costs neither types nor since")
    func keepsWhatNarrows() async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.contains("_typeFilter")
                ? Self.refusal("unknown: _typeFilter (known: _type, _since, _outputFormat)") : Self.accepted
        }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        #expect(start.dropped == [.typeFilter])
    }

    @Test("a refusal without a name is met with leniency first, whose silence is not believed")
    func asksForLeniency() async throws {
        let transport = FunctionTransport { request, _ in
            request.headers["Prefer"]?.contains("handling=lenient") == true ? Self.accepted : Self.refusal("no")
        }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        #expect(
            transport.requests.map { $0.headers["Prefer"] } == ["respond-async", "respond-async, handling=lenient"])
        #expect(start.dropped == [.typeFilter, .until, .associatedData])
    }

    @Test(
        "types that an export can do without are no longer asked for where types are refused, named or not",
        arguments: ["_type: Provenance is not exported", "no"])
    func dispenses(words: String) async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.contains("Provenance") ? Self.refusal(words) : Self.accepted
        }
        let most = ExportRequest(
            level: .group("g1"), types: ["Patient", "Provenance", "Observation"], since: nil,
            dispensable: ["Provenance"])

        let start = try await ClinicClient(try session(transport)).startExport(most)

        #expect(start.dropped == [.alongside])
        #expect(transport.requests.map(\.method) == [.get, .get])
        #expect(transport.requests.last?.url.text.hasSuffix("&_type=Patient,Observation") == true)
    }

    @Test(
        "practitioners and places go when they are refused, at once if they are named, and before them what comes along",
        arguments: [("Practitioner is not supported by this operation", [2, 0]), ("no", [2, 1])])
    func dispensesShared(words: String, counts: [Int]) async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.contains("Practitioner") ? Self.refusal(words) : Self.accepted
        }
        let most = ExportRequest(
            level: .group("g1"), types: ["Patient", "Provenance", "Practitioner"], since: nil,
            dispensable: ["Provenance", "Practitioner"])

        let start = try await ClinicClient(try session(transport)).startExport(most)

        #expect(start.dropped == (counts[1] == 0 ? [.shared] : [.alongside, .shared]))
        #expect(transport.requests.count == counts[0] + counts[1])
        #expect(transport.requests.last?.url.text.contains("Provenance") == (counts[1] == 0))
    }

    @Test("types that are all needed, or all dispensable, are not thinned out: the refusal stands")
    func keepsNeededTypes() async throws {
        for dispensable in [[], ["Patient"]] as [Set<String>] {
            let transport = FunctionTransport { _, _ in Self.refusal("no") }
            let request = ExportRequest(
                level: .group("g1"), types: ["Patient"], since: nil, dispensable: dispensable)

            let fault = await #expect(throws: Fault.self) {
                try await ClinicClient(try session(transport)).startExport(request)
            }

            #expect(fault?.code == .remoteRefused)
            #expect(transport.requests.allSatisfy { $0.url.text.hasSuffix("&_type=Patient") })
        }
    }

    @Test("what no leniency helps against goes without all that an export can do without, and never without since")
    func dropsAllOptional() async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.contains("_typeFilter") ? .json("<html>", status: 422) : Self.accepted
        }

        let start = try await ClinicClient(try session(transport)).startExport(full)

        let last = try #require(transport.requests.last)
        #expect(start.dropped == [.typeFilter, .until, .associatedData])
        #expect(last.url.text.contains("_since=") && last.url.text.contains("_type="))
        #expect(last.headers["Prefer"] == "respond-async")
        #expect(transport.requests.count == 3)
    }

    @Test("a server that refuses everything ends in a fault, after a handful of tries", arguments: [400, 422, 404])
    func givesUp(status: Int) async throws {
        let transport = FunctionTransport { _, _ in .json("{}", status: status) }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).startExport(full)
        }

        #expect(fault?.code == .remoteRefused)
        #expect(transport.requests.count <= 5)
    }

    @Test("what says nothing of a parameter is not asked again", arguments: [401, 403, 429, 500, 503])
    func asksOnce(status: Int) async throws {
        let transport = FunctionTransport { _, _ in Self.refusal("_typeFilter", status: status) }

        await #expect(throws: Fault.self) { try await ClinicClient(try session(transport)).startExport(full) }

        #expect(transport.requests.count == 1)
    }

    private static let status = AuthorizationServer.base + "/status/1"
    private static let accepted = HTTPResponse.json("", status: 202, headers: ["Content-Location": status])

    private static func refusal(_ words: String, status: Int = 400) -> HTTPResponse {
        let issue = #"{"severity":"error","code":"not-supported","diagnostics":"\#(words)"}"#
        return .json(#"{"resourceType":"OperationOutcome","issue":[\#(issue)]}"#, status: status)
    }
}
