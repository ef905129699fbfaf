import FHIR
import FHIRClient
import PDex
import PDexTesting
import SampleData
import Synchronization
import Testing

/// A payer that does not apply bundles as a whole gets them in waves, as batches or single requests (WR-07, WR-22 b,
/// c).
@Suite("Delivery in waves")
struct WaveDeliveryTests {
    private static let bundle = #"""
        {"resourceType":"Bundle","type":"batch","entry":[
          {"fullUrl":"https://us.example/Provenance/v","resource":{"resourceType":"Provenance","id":"v","target":[{"reference":"Encounter/e"}]},
           "request":{"method":"PUT","url":"Provenance/v"}},
          {"fullUrl":"https://us.example/Encounter/e","resource":{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/p"},"length":{"value":1.50}},
           "request":{"method":"PUT","url":"Encounter/e","ifMatch":"W/\"3\""}},
          {"fullUrl":"https://us.example/Patient/p","resource":{"resourceType":"Patient","id":"p"},"request":{"method":"PUT","url":"Patient/p"}},
          {"fullUrl":"https://us.example/Goal/g","resource":{"resourceType":"Goal","id":"g"},"request":{"method":"PUT","url":"Goal/g"}},
          {"request":{"method":"DELETE","url":"Observation/o"}}
        ]}
        """#

    @Test("each is made once, what is referred to first, deletions before all; bytes and conditions are as they were")
    func order() async throws {
        let looks = Mutex(0)
        let transport = FunctionTransport { request, _ in
            .json("", status: request.method == .delete ? 404 : 201, headers: ["ETag": "W/\"1\""])
        }

        let answer = try await Self.deliver(transport) { looks.withLock { $0 += 1 } }

        #expect(
            Self.asked(transport) == [
                "DELETE Observation/o", "PUT Patient/p", "PUT Goal/g", "PUT Encounter/e", "PUT Provenance/v",
            ])
        #expect(looks.withLock { $0 } == 5)
        let encounter = transport.requests[3]
        #expect(String(decoding: try #require(encounter.body), as: UTF8.self).contains(#""value":1.50"#))
        #expect(encounter.headers["If-Match"] == "W/\"3\"")
        #expect(encounter.headers["X-Request-Id"] == "x-1-2-3")
        let response = try FHIRBundle(try JSONParser.parse(answer.body))
        #expect(answer.status == 200 && response.type == "batch-response")
        #expect(response.entries.map(\.response?.status) == ["201", "201", "201", "201", "204"])
        #expect(response.entries[0].response?.location == "Provenance/v")
    }

    @Test("what is refused costs those that refer to it, too, and no other", arguments: [400, 403, 409, 412, 413, 422])
    func refusal(status: Int) async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.hasSuffix("Encounter/e")
                ? .json(
                    #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid"}]}"#,
                    status: status)
                : .json("", status: 200)
        }

        let answer = try await Self.deliver(transport)

        let response = try FHIRBundle(try JSONParser.parse(answer.body))
        #expect(response.entries.map(\.response?.status) == ["424", "\(status)", "200", "200", "200"])
        #expect(response.entries[1].response?.outcome != nil)
        #expect(!Self.asked(transport).contains("PUT Provenance/v"))
    }

    @Test(
        "a payer in trouble at the first request is left alone at once, and so is one that allows nothing",
        arguments: [401, 403, 405, 408, 429, 500, 503])
    func trouble(status: Int) async throws {
        let transport = FunctionTransport { _, _ in .json("", status: status, headers: ["Retry-After": "40"]) }

        if status == 401 {
            let fault = await #expect(throws: Fault.self) { try await Self.deliver(transport) }
            #expect(fault?.code == .authTokenRefused || fault?.disposition == .halt)
        } else {
            let answer = try await Self.deliver(transport)
            #expect(answer.status == status && answer.retryAfterSeconds == 40)
            #expect(transport.requests.count == 1)
        }
    }

    @Test(
        "a little patience that is asked for in the middle is had, and what was not taken is sent again",
        arguments: [429, 503])
    func patience(status: Int) async throws {
        let clock = ManualClock()
        let transport = FunctionTransport { _, number in
            number == 3 ? .json("", status: status, headers: ["Retry-After": "40"]) : .json("", status: 201)
        }

        let answer = try await Self.deliver(transport, clock: clock)

        #expect(answer.status == 200)
        #expect(clock.sleeps == [40])
        #expect(Set(Self.asked(transport)).count == 5 && transport.requests.count == 6)
    }

    @Test("trouble in the middle is an unknown outcome, since a part is there; when to come back is kept")
    func troubleLater() async throws {
        for (status, seconds) in [(401, nil), (500, "40"), (408, nil), (429, "3600"), (503, nil)] as [(Int, String?)] {
            let transport = FunctionTransport { _, number in
                var headers: HTTPHeaders = [:]
                headers["Retry-After"] = number == 3 ? seconds : nil
                return .json("", status: number == 3 ? status : 201, headers: headers)
            }
            let fault = await #expect(throws: Fault.self) { try await Self.deliver(transport) }
            #expect(fault?.code == .payerUnknownOutcome, "\(status)")
            #expect(fault?.retryAfterSeconds == seconds.flatMap { Int($0) }, "\(status)")
        }
    }

    @Test("a batch that is too large is cut, since its entries are independent")
    func cut() async throws {
        let server = StrictServer()
        let transport = FunctionTransport { request, number in
            let count = try FHIRBundle(try JSONParser.parse(request.body ?? [])).entries.count
            return count > 1 ? .json("", status: 413) : try server.answer(request, number)
        }

        let answer = try await Self.deliver(transport, Array(Self.bundle.utf8), .batch)

        #expect(answer.status == 200)
        #expect(
            try FHIRBundle(try JSONParser.parse(answer.body)).entries.allSatisfy {
                $0.response?.status.hasPrefix("20") == true
            })
        #expect(server.held.count == 4)
    }

    @Test("of a list only what points ahead is left out, and nothing that is contained")
    func cutsLittle() async throws {
        let circle = #"""
            {"resourceType":"Bundle","type":"batch","entry":[
              {"resource":{"resourceType":"Encounter","id":"e","diagnosis":[{"condition":{"reference":"Condition/old"}},{"condition":{"reference":"Condition/c"}}]},
               "request":{"method":"PUT","url":"Encounter/e"}},
              {"resource":{"resourceType":"Condition","id":"c","evidence":[{"detail":[{"reference":"Encounter/e"}]},{"code":[{"text":"kept"}]}]},
               "request":{"method":"PUT","url":"Condition/c"}}
            ]}
            """#
        let server = StrictServer(["Condition/old": .null])
        let transport = FunctionTransport { try server.answer($0, $1) }

        _ = try await Self.deliver(transport, Array(circle.utf8))

        let bodies = transport.requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
        #expect(bodies.count == 4)
        #expect(bodies[1].contains("kept") && !bodies[1].contains("Encounter/e"))
        #expect(bodies[3].contains("kept") && bodies[3].contains("Encounter/e"))
    }

    @Test("an answer that was lost, and a payer that is gone after the first request, are an unknown outcome")
    func lost() async throws {
        for (number, mayHaveArrived, code) in [
            (1, true, FaultCode.payerUnknownOutcome), (1, false, .remoteUnreachable), (2, true, .payerUnknownOutcome),
            (2, false, .payerUnknownOutcome),
        ] {
            let transport = FunctionTransport { _, count in
                if count == number { throw TransportError(.unreachable, mayHaveArrived: mayHaveArrived) }
                return .json("", status: 201)
            }
            let fault = await #expect(throws: Fault.self) { try await Self.deliver(transport) }
            #expect(fault?.code == code, "\(number) \(mayHaveArrived)")
            #expect(transport.requests.count == number)
        }
    }

    @Test("a consent that is withdrawn meanwhile stops what is left; what was sent is then looked for")
    func withdrawn() async throws {
        for allowed in 0...2 {
            let looks = Mutex(0)
            let transport = FunctionTransport { _, _ in .json("", status: 201) }
            let fault = await #expect(throws: Fault.self) {
                try await Self.deliver(transport) {
                    let seen = looks.withLock { looks in
                        looks += 1
                        return looks
                    }
                    if seen > allowed { throw Fault(.consentDenied, .withhold, "withdrawn") }
                }
            }
            #expect(fault?.code == (allowed == 0 ? .consentDenied : .payerUnknownOutcome))
            #expect(transport.requests.count == allowed)
        }
    }

    @Test(
        "any graph of references, also one that goes round, arrives whole at a payer that knows no forward reference",
        arguments: kinds)
    func graphs(kind: ExchangeTerms.Delivery.Kind) async throws {
        var numbers = SeededNumbers(seed: 11)
        for _ in 0..<150 {
            let entries = Self.graph(&numbers)
            let server = StrictServer()
            let bundle: JSONValue = ["resourceType": "Bundle", "type": "batch", "entry": .array(entries)]

            let answer = try await Self.deliver(
                FunctionTransport { try server.answer($0, $1) }, bundle.serialized(), kind)

            let responses = try FHIRBundle(try JSONParser.parse(answer.body)).entries
            #expect(responses.allSatisfy { $0.response?.statusCode == 200 } && responses.count == entries.count)
            #expect(
                server.held
                    == Dictionary(
                        uniqueKeysWithValues: entries.enumerated().map { ("Basic/r\($0)", $1["resource"] ?? .null) }))
        }
    }

    @Test(
        "a payer that minds no forward reference, or has what is referred to, gets each resource once",
        arguments: [true, false])
    func circle(isStrict: Bool) async throws {
        let circle = #"""
            {"resourceType":"Bundle","type":"batch","entry":[
              {"resource":{"resourceType":"Encounter","id":"e","status":"finished","diagnosis":[{"condition":{"reference":"Condition/c"}}]},
               "request":{"method":"PUT","url":"Encounter/e"}},
              {"resource":{"resourceType":"Condition","id":"c","code":{"text":"x"},"encounter":{"reference":"Encounter/e"}},
               "request":{"method":"PUT","url":"Condition/c","ifMatch":"W/\"7\""}}
            ]}
            """#
        let server = StrictServer()
        let transport = FunctionTransport { request, number in
            isStrict ? try server.answer(request, number) : .json("", status: 200)
        }

        for times in 1...2 {
            _ = try await Self.deliver(transport, Array(circle.utf8), .put)
            let first = ["PUT Condition/c", "PUT Condition/c", "PUT Encounter/e", "PUT Condition/c"]
            let plain = ["PUT Condition/c", "PUT Encounter/e"]
            #expect(
                Self.asked(transport)
                    == (isStrict ? times == 1 ? first : first + plain : times == 1 ? plain : plain + plain))
        }
        let bodies = transport.requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
        if isStrict {
            #expect(!bodies[1].contains("encounter") && bodies[1].contains("code"))
            #expect(bodies[3].contains("encounter"))
            // The partly written version is replaced, and not the one before it.
            #expect(
                transport.requests[..<4].map { $0.headers["If-Match"] } == ["W/\"7\"", "W/\"7\"", nil, "W/\"own\""])
        }
    }

    @Test("what is refused in part, too, is asked for no third time", arguments: kinds)
    func refusedInPart(kind: ExchangeTerms.Delivery.Kind) async throws {
        let circle = #"""
            {"resourceType":"Bundle","type":"batch","entry":[
              {"resource":{"resourceType":"Encounter","id":"e","diagnosis":[{"condition":{"reference":"Condition/c"}}]},
               "request":{"method":"PUT","url":"Encounter/e"}},
              {"resource":{"resourceType":"Condition","id":"c","encounter":{"reference":"Encounter/e"}},
               "request":{"method":"PUT","url":"Condition/c"}}
            ]}
            """#
        let transport = FunctionTransport { request, number in
            guard number < 50 else { throw TransportError(.unreachable, mayHaveArrived: false) }
            return try Self.answer(request) { _ in 422 }
        }

        let answer = try await Self.deliver(transport, Array(circle.utf8), kind)

        #expect(transport.requests.count == 2)
        #expect(
            try FHIRBundle(try JSONParser.parse(answer.body)).entries.map(\.response?.status) == ["424", "422"])
    }

    @Test("whatever a payer answers to each entry, a delivery ends, with an answer to each", arguments: kinds)
    func ends(kind: ExchangeTerms.Delivery.Kind) async throws {
        for seed in 1...150 {
            var numbers = SeededNumbers(seed: UInt64(seed))
            let entries = Self.graph(&numbers)
            let whims = Mutex(numbers)
            let transport = FunctionTransport { request, number in
                guard number <= 6 * entries.count else { throw TransportError(.unreachable, mayHaveArrived: false) }
                return try Self.answer(request) { _ in
                    whims.withLock { [200, 201, 400, 409, 413, 422].randomElement(using: &$0) ?? 422 }
                }
            }
            let bundle: JSONValue = ["resourceType": "Bundle", "type": "batch", "entry": .array(entries)]

            let answer = try await Self.deliver(transport, bundle.serialized(), kind)

            let told = try FHIRBundle(try JSONParser.parse(answer.body)).entries
            #expect(told.count == entries.count, "\(seed)")
        }
    }

    @Test("a batch has what refers to nothing new, and the next what refers to that")
    func batches() async throws {
        let server = StrictServer()
        let transport = FunctionTransport { try server.answer($0, $1) }

        let answer = try await Self.deliver(transport, Array(Self.bundle.utf8), .batch)

        let sizes = try transport.requests.map { request in
            try FHIRBundle(try JSONParser.parse(request.body ?? [])).entries.count
        }
        #expect(sizes == [1, 2, 1, 1])
        #expect(transport.requests.allSatisfy { $0.method == .post && $0.url.text == AuthorizationServer.base })
        #expect(
            try FHIRBundle(try JSONParser.parse(answer.body)).entries.map(\.response?.status) == [
                "200", "200", "200", "200", "204",
            ])
    }

    @Test(
        "a batch that is answered without one response an entry is an unknown outcome, one that is refused is refused whole"
    )
    func oddBatches() async throws {
        let silent = FunctionTransport { _, _ in .json(#"{"resourceType":"Bundle","type":"batch-response"}"#) }
        let fault = await #expect(throws: Fault.self) {
            try await Self.deliver(silent, Array(Self.bundle.utf8), .batch)
        }
        #expect(fault?.code == .payerUnknownOutcome)

        let tooLarge = FunctionTransport { _, _ in .json("", status: 413) }
        #expect(try await Self.deliver(tooLarge, Array(Self.bundle.utf8), .batch).status == 413)

        let busy = FunctionTransport { _, _ in
            .json(
                #"{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"503"}}]}"#,
                headers: ["Retry-After": "9"])
        }
        let answer = try await Self.deliver(busy, Array(Self.bundle.utf8), .batch)
        #expect(answer.status == 503 && answer.retryAfterSeconds == 9)
        #expect(busy.requests.count == 1)
    }

    private static let kinds: [ExchangeTerms.Delivery.Kind] = [.put, .batch]

    /// Resources that refer to one another in any way.
    private static func graph(_ numbers: inout SeededNumbers) -> [JSONValue] {
        let count = Int.random(in: 1...12, using: &numbers)
        return (0..<count).map { index -> JSONValue in
            let targets = (0..<count).filter { _ in Int.random(in: 0..<4, using: &numbers) == 0 }
            var json: JSONObject = ["resourceType": "Basic", "id": .string("r\(index)")]
            // Each reference in an element of its own.
            for target in targets { json["e\(target)"] = [["reference": .string("Basic/r\(target)")]] }
            return ["resource": .object(json), "request": ["method": "PUT", "url": .string("Basic/r\(index)")]]
        }
    }

    /// The answer to one write, or to each in a batch; `status` returns it for an address.
    private static func answer(
        _ request: HTTPRequest, _ status: (String) -> Int
    ) throws -> HTTPResponse {
        guard request.method == .post else { return .json("", status: status(request.url.text)) }
        let entries = try FHIRBundle(try JSONParser.parse(request.body ?? [])).entries
        let responses = entries.map { entry -> JSONValue in
            ["response": ["status": .string("\(status(entry.request?.url ?? ""))")]]
        }
        let bundle: JSONValue = ["resourceType": "Bundle", "type": "batch-response", "entry": .array(responses)]
        return .json(String(decoding: bundle.serialized(), as: UTF8.self))
    }

    /// A payer that refuses references to what it does not hold.
    private final class StrictServer: Sendable {
        private let state: Mutex<[String: JSONValue]>

        init(_ held: [String: JSONValue] = [:]) { state = Mutex(held) }

        var held: [String: JSONValue] { state.withLock { $0 } }

        func answer(_ request: HTTPRequest, _ number: Int) throws -> HTTPResponse {
            let body = try request.body.map { try JSONParser.parse($0) }
            guard request.method == .post else {
                let url = request.url.text.split(separator: "/").suffix(2).joined(separator: "/")
                return .json("", status: write(url, request.method.rawValue, body), headers: ["ETag": "W/\"own\""])
            }
            // Each entry on its own, as if none of the others were there.
            let before = held
            let responses = try FHIRBundle(try #require(body)).entries.map { entry -> JSONValue in
                let asked = try #require(entry.request)
                let status = write(asked.url, asked.method, entry.resource.map { .object($0.json) }, known: before)
                return ["response": ["status": .string("\(status)")]]
            }
            let bundle: JSONValue = ["resourceType": "Bundle", "type": "batch-response", "entry": .array(responses)]
            return .json(String(decoding: bundle.serialized(), as: UTF8.self))
        }

        private func write(_ url: String, _ method: String, _ resource: JSONValue?, known: [String: JSONValue]? = nil)
            -> Int
        {
            guard method == "PUT", let resource else { return 204 }
            var isKnown = true
            let known = known ?? held
            resource.forEachReference { if $0 != url, known[$0] == nil { isKnown = false } }
            guard isKnown else { return 422 }
            state.withLock { $0[url] = resource }
            return 200
        }
    }

    private static func deliver(
        _ transport: FunctionTransport, _ bytes: [UInt8] = Array(bundle.utf8),
        _ kind: ExchangeTerms.Delivery.Kind = .put, clock: ManualClock = ManualClock(),
        lastLook: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> PayerAnswer {
        try await PayerClient(try session(transport, clock, side: .payer), delivery: kind)
            .submit(bytes, requestID: "x-1", lastLook: lastLook)
    }

    private static func asked(_ transport: FunctionTransport) -> [String] {
        transport.requests.map { request in
            request.method.rawValue + " " + request.url.text.split(separator: "/").suffix(2).joined(separator: "/")
        }
    }
}
