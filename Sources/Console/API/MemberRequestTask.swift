import FHIR
import Jobs
import PDex

/// A member request in the shape of a FHIR R4 Task, for the holder of the token with which it was made.
struct MemberRequestTask {
    let detail: MemberRequestDetail
    let now: Instant

    var json: JSONValue {
        let request = detail.request
        var task: JSONObject = [
            "resourceType": "Task", "id": .string(request.id), "status": .string(request.state.rawValue),
        ]
        let standing = detail.exchange.map { ToldStanding(of: $0) }
        if let reason = request.reason.map(ToldStanding.words) ?? standing?.reason {
            task["statusReason"] = ["text": .string(reason)]
        }
        if let standing { task["businessStatus"] = ["text": .string(standing.state)] }
        task["intent"] = "order"
        task["code"] = ["text": "member data request"]
        task["description"] = .string(punctuality(standing))
        task["for"] = ["reference": .string("Patient/" + request.patient)]
        task["authoredOn"] = .string(request.accepted.text)
        task["lastModified"] = .string(request.updated.text)
        task["restriction"] = ["period": ["end": .string(request.due.text)]]
        var inputs: [JSONValue] = [Self.value("job", request.job)]
        if let since = request.since { inputs.append(Self.value("since", since.text)) }
        inputs += request.types.map { Self.value("type", $0) }
        task["input"] = .array(inputs)
        var outputs = [
            detail.run.map { Self.value("run", $0.id) }, detail.exchange.map { Self.value("exchange", $0.id) },
        ].compactMap(\.self)
        if let exchange = detail.exchange, standing?.isWithheld == false {
            outputs += [
                Self.count("resources", exchange.carried), Self.count("unchanged", exchange.unchanged),
                Self.count("bundles", detail.bundles.count),
                Self.count("bundles acknowledged", detail.bundles.count { $0 == .acknowledged }),
            ]
        }
        if !outputs.isEmpty { task["output"] = .array(outputs) }
        return .object(task)
    }

    /// Of a member of whom nothing goes, a request that has ended was answered when it ended, also where an operator still
    /// has to look: whether that makes it late tells why nothing goes.
    private func punctuality(_ standing: ToldStanding?) -> String {
        let request = detail.request
        guard standing?.isWithheld == true, !request.state.isOpen else { return detail.punctuality(at: now) }
        return request.updated > request.due ? "late" : "in time"
    }

    private static func count(_ type: String, _ count: Int) -> JSONValue {
        ["type": ["text": .string(type)], "valueUnsignedInt": .number(JSONNumber(count))]
    }

    private static func value(_ type: String, _ value: String) -> JSONValue {
        ["type": ["text": .string(type)], "valueString": .string(value)]
    }
}
