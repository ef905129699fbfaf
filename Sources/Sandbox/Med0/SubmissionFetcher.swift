import FHIR
import FHIRClient

/// Fetches submitted files, writes all of a submission or nothing, and reports what was wrong with it.
struct SubmissionFetcher: Sendable {
    let desk: SubmissionDesk
    let payer: Med0
    private let transport = CurlTransport()

    init(desk: SubmissionDesk, payer: Med0) {
        self.desk = desk
        self.payer = payer
    }

    /// Carries out the orders as they come, until the task is cancelled.
    func run() async {
        for await order in desk.orders { desk.finish(order, outcomes: await outcomes(of: order)) }
    }

    private func outcomes(of order: SubmissionDesk.Order) async -> [JSONValue] {
        var writes: [WriteRequest] = []
        do {
            let manifest = try await bytes(at: order.manifestURL, order)
            var files: [String: [UInt8]] = [:]
            for link in SubmittedData.links(in: try JSONParser.parse(manifest)) {
                files[link] = try await bytes(at: link, order)
            }
            writes = try SubmittedData(manifest, files).writes()
            try payer.carryOut(writes)
            return []
        } catch let refusal as Refusal {
            return [Self.outcome(refusal, writes)]
        } catch {
            return [Self.outcome(Refusal(400, "not-found", "The files cannot be fetched."), [])]
        }
    }

    private func bytes(at url: String, _ order: SubmissionDesk.Order) async throws -> [UInt8] {
        let policy = try OutboundPolicy(base: order.manifestURL)
        var request = HTTPRequest(.get, try policy.vet(url, from: "a manifest", with: .token))
        if let header = order.header { request.headers.append(header.name, header.value) }
        let response = try await transport.send(request)
        guard response.status == 200, response.isProvenComplete else {
            throw Refusal(400, "not-found", "A file was answered with \(response.status).")
        }
        return response.body
    }

    /// The outcome, naming the resource that is to blame, if one is.
    private static func outcome(_ refusal: Refusal, _ writes: [WriteRequest]) -> JSONValue {
        let place = refusal.expression.first?.split(whereSeparator: { "[]".contains($0) }).last.flatMap { Int($0) }
        guard let place, writes.indices.contains(place), let id = writes[place].resource?.id,
            let type = writes[place].type
        else { return refusal.outcome }
        var json = refusal.outcome.object ?? [:]
        json["extension"] = [
            [
                "url": "http://hl7.org/fhir/StructureDefinition/operationoutcome-sourceResource",
                "valueReference": ["reference": .string("\(type)/\(id)")],
            ]
        ]
        return .object(json)
    }
}
