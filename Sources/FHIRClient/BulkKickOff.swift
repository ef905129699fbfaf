import FHIR
import PDex

/// Starts a Bulk Data export: by GET or POST, with as much of the request as the server takes (BLK-01 … BLK-18).
struct BulkKickOff: Sendable {
    let session: ServerSession
    /// The version of Bulk Data Access that the server declares; nil when it declares none.
    var version: String?

    private static let what = "the start of an export"
    /// Statuses that do not depend on a parameter.
    private static let otherRefusals: Set = [401, 403, 408, 429]

    /// Where one kick-off stands between refusals.
    fileprivate struct Attempt {
        var export: ExportRequest
        var usesPOST: Bool
        var canChangeMethod: Bool
        var isLenient = false
        var dropped: [ExportStart.Parameter] = []
        /// The parameter to drop if a POST, tried before dropping it, is refused too.
        var lastTry: ExportStart.Parameter?
    }

    /// From version 4 on, a kick-off is always a POST (BLK-01).
    private var startsByPOST: Bool {
        version.flatMap { Int($0.prefix { $0 != "." }) }.map { $0 >= 4 } ?? false
    }

    /// Kicks off, and again after each refusal that leaves an alternative. A request that may have started an export is
    /// never repeated. Throws `usage.invalid` for filters that cannot be separated in one list (DX-01).
    func start(_ export: ExportRequest) async throws -> ExportStart {
        if export.filterOutOfList != nil {
            throw Fault(
                .usage, .stop, "a filter of $davinci-data-export has a comma, which ends it there",
                hint: "ask with a filter for each alternative: a resource has to meet one of them")
        }
        // A list of patients or a purpose goes only into a POST, so there is no other way (BLK-11).
        let isPOST = !export.patients.isEmpty || export.purpose != nil
        var attempt = Attempt(export: export, usesPOST: isPOST || startsByPOST, canChangeMethod: !isPOST)
        while true {
            let response = try await asked(attempt)
            if let lastTry = attempt.lastTry, (400..<500).contains(response.status) || response.status == 501,
                !Self.otherRefusals.contains(response.status)
            {
                attempt.goBack(without: lastTry)
                continue
            }
            switch response.status {
            case 202: return ExportStart(statusURL: try location(response), dropped: attempt.dropped)
            case 404 where attempt.canChangeMethod, 405 where attempt.canChangeMethod,
                501 where attempt.canChangeMethod:
                attempt.usesPOST.toggle()
                attempt.canChangeMethod = false
            case 404 where export.purpose != nil, 405 where export.purpose != nil, 501 where export.purpose != nil:
                throw Fault(
                    .payerCapability, .halt, "\(session.connection.name) answered \(response.status) to \(Self.what).",
                    hint:
                        "It does not offer $davinci-data-export, or knows no such Group: match again, since Groups live "
                        + "for a while only.",
                    httpStatus: response.status)
            case 400..<500 where !Self.otherRefusals.contains(response.status) && concede(&attempt, to: response):
                continue
            case 429: throw throttled(response)
            default: throw session.faults.fault(response, Self.what, now: session.clock.now())
            }
        }
    }

    /// Leaves out what the server refuses; false when there is nothing left to leave out (BLK-05).
    ///
    /// A parameter that the server names is taken as the reason. If it names none, it is first asked to be lenient,
    /// then every parameter is dropped that an export can do without. `_type` and `_since` are dropped only when named,
    /// and only after trying a POST, which writes lists as every version reads them (BLK-09).
    private func concede(_ attempt: inout Attempt, to response: HTTPResponse) -> Bool {
        // An export for a purpose must not bring more than was asked for: a filter that is not offered is an error
        // (DX-03).
        guard attempt.export.purpose == nil else { return false }
        let present = attempt.export.droppable
        let optional = present.filter { $0 != .type && $0 != .since }
        let named = Self.words(of: response)
        let refused = present.filter { named.contains($0.rawValue) }
        let first = refused.filter(optional.contains)
        if attempt.dispense(named) { return true }
        if !first.isEmpty {
            attempt.drop(first)
        } else if refused.first == .type, attempt.dispense() {
            return true
        } else if let one = refused.first, !attempt.usesPOST, attempt.canChangeMethod {
            attempt.tryPOST(before: one)
        } else if let one = refused.first {
            attempt.drop([one])
        } else if !optional.isEmpty, !attempt.isLenient {
            // The server does not say what it ignores now, so none of these parameters can be relied on.
            attempt.isLenient = true
            attempt.dropped += optional
        } else if !optional.isEmpty {
            attempt.isLenient = false
            attempt.drop(optional)
        } else {
            return attempt.dispense()
        }
        return true
    }

    /// The words of an OperationOutcome, searched for names of parameters; they are never passed on.
    private static func words(of response: HTTPResponse) -> Set<String> {
        guard response.body.count <= 1 << 20, let json = try? JSONParser.parse(response.body),
            OperationOutcome(json) != nil
        else { return [] }
        let words = response.body.split { byte in
            !(UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte == UInt8(ascii: "_"))
        }
        return Set(words.map { String(decoding: $0, as: UTF8.self) })
    }

    private func asked(_ attempt: Attempt) async throws -> HTTPResponse {
        var request: HTTPRequest
        if attempt.usesPOST {
            request = HTTPRequest(.post, try session.policy.url(try SearchQuery(attempt.export.path).encoded()))
            request.body = attempt.export.parametersResource(codings: startsByPOST).serialized()
            request.headers["Content-Type"] = "application/fhir+json"
        } else {
            let query = SearchQuery(attempt.export.path, attempt.export.queryParameters)
            request = HTTPRequest(.get, try session.policy.url(try query.encoded()))
        }
        request.headers["Accept"] = "application/fhir+json"
        // An export for a purpose must not bring more than was asked for: what is not understood must be refused
        // (DX-03).
        let handling =
            attempt.isLenient ? ", handling=lenient" : attempt.export.purpose != nil ? ", handling=strict" : ""
        request.headers["Prefer"] = "respond-async" + handling
        do {
            return try await session.once(request)
        } catch let error as TransportError {
            throw Fault(error, at: session.connection.name)
        }
    }

    private func location(_ response: HTTPResponse) throws(Fault) -> String {
        guard let location = response.headers["Content-Location"] else {
            throw session.faults.malformed(Self.what, "it has no Content-Location")
        }
        _ = try session.policy.vet(location, from: "Content-Location", with: .token)
        return location
    }

    private func throttled(_ response: HTTPResponse) -> Fault {
        Fault(
            .remoteThrottled, .retry, "\(session.connection.name) answered 429 to \(Self.what).",
            hint: "An earlier export may still be running there; it is asked again later.",
            retryAfterSeconds: RetryAfter.seconds(response.headers, now: session.clock.now()))
    }
}

extension BulkKickOff.Attempt {
    /// Asks without the types that a refusal names. False when it names none that is dispensable, or all of them, as a
    /// refusal does that lists what is available. Types that must be obtained another way are left out together.
    fileprivate mutating func dispense(_ named: Set<String>) -> Bool {
        let open = export.dispensable.intersection(export.types)
        let said = open.intersection(named)
        guard said != open else { return false }
        let isAlongside = said.contains { !SharedTypes.contains($0) }
        return leaveOut(isAlongside ? said.union(open.filter { !SharedTypes.contains($0) }) : said)
    }

    /// Asks for fewer types: first without those that must be obtained another way, then without those that are fetched
    /// where they are referred to. False when all of them are needed.
    fileprivate mutating func dispense() -> Bool {
        leaveOut(export.dispensable.filter { !SharedTypes.contains($0) })
            || leaveOut(export.dispensable.filter(SharedTypes.contains))
    }

    private mutating func leaveOut(_ types: Set<String>) -> Bool {
        let needed = export.types.filter { !types.contains($0) }
        guard !needed.isEmpty, needed != export.types else { return false }
        for type in export.types where types.contains(type) {
            let kind = SharedTypes.contains(type) ? ExportStart.Parameter.shared : .alongside
            if !dropped.contains(kind) { dropped.append(kind) }
        }
        export.types = needed
        return true
    }

    fileprivate mutating func tryPOST(before parameter: ExportStart.Parameter) {
        lastTry = parameter
        usesPOST = true
        canChangeMethod = false
    }

    fileprivate mutating func goBack(without parameter: ExportStart.Parameter) {
        lastTry = nil
        usesPOST = false
        drop([parameter])
    }

    fileprivate mutating func drop(_ parameters: [ExportStart.Parameter]) {
        export = export.without(Set(parameters))
        dropped += parameters.filter { !dropped.contains($0) }
    }
}
