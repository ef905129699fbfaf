import FHIR
import Jobs
import PDex

extension Exchange {
    /// The exchange as JSON: ids, states and counts, never content.
    var json: JSONValue {
        let leftOut = Dictionary(grouping: manifest.entries.compactMap(\.leftOut)) { $0 }
        let counts = leftOut.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { JSONObject.Member(key: $0.key.rawValue, value: .number(JSONNumber($0.value.count))) }
        var object: JSONObject = [
            "id": .string(id), "state": .string(state.rawValue),
            "reason": reason.map { .string($0.rawValue) } ?? .null, "detail": detail.map { .string($0) } ?? .null,
            "job": .string(job), "run": .string(run), "clinic": .string(clinic), "payer": .string(payer),
            "patient": .string(member.description), "mapping": .string(mapping),
            "types": types.isEmpty ? .null : .array(types.map { .string($0) }),
            "match": match.map(\.json) ?? .null,
            "consent": consent.map(\.json) ?? .null,
            "resources": [
                "carried": .number(JSONNumber(carried)), "unchanged": .number(JSONNumber(unchanged)),
                "left-out": .object(JSONObject(members: counts)),
            ],
            "replay-of": replayOf.map { .string($0) } ?? .null,
            "created": .string(created.text), "updated": .string(updated.text),
        ]
        object["member"] = match?.member.map { JSONValue.string($0.description) } ?? JSONValue.null
        object["takes-back-for"] = takesBackFor.map { JSONValue.string($0.rawValue) } ?? JSONValue.null
        return .object(object)
    }
}

extension ConsentEvidence {
    /// The decision as JSON.
    fileprivate var json: JSONValue {
        [
            "rule": .string(rule), "consent": consent.map { .string($0.description) } ?? .null,
            "version": versionID.map { .string($0) } ?? .null,
            "hash": contentHash.map { .string(String(UInt64(bitPattern: $0), radix: 16)) } ?? .null,
            "at": at.map { .string($0.text) } ?? .null,
        ]
    }
}

extension ExchangeDetail {
    /// The exchange with its bundles, answers and history.
    var json: JSONValue {
        guard var object = exchange.json.object else { return .null }
        object["findings"] = .array(remarked.map(\.json))
        object["acknowledged"] = .number(JSONNumber(acknowledged.count))
        object["submissions"] = .array(submissions.map(\.json))
        object["receipts"] = .array(receipts.map(\.json))
        object["audit"] = .array(audit.map(\.json))
        return .object(object)
    }
}

extension RemarkedResource {
    fileprivate var json: JSONValue {
        [
            "resource": finding.resource.map { .string($0.description) } ?? .null, "fate": .string(fate.rawValue),
            "path": .string(finding.path), "rule": .string(finding.rule), "message": .string(finding.message),
            "profile": .string(finding.profile),
        ]
    }
}

extension Submission {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "part": .number(JSONNumber(part)), "state": .string(state.rawValue),
            "attempts": .number(JSONNumber(attempts)), "not-before": .string(notBefore.text),
            "entries": .number(JSONNumber(entries)), "bytes": .number(JSONNumber(bytes)),
            "sha256": .string(contentDigest),
        ]
    }
}

extension Receipt {
    fileprivate var json: JSONValue {
        [
            "submission": .string(submission), "attempt": .number(JSONNumber(attempt)),
            "status": .number(JSONNumber(status)), "verdict": .string(verdict),
            "fault": fault.map { .string($0.rawValue) } ?? .null, "outcome": outcome.map { .string($0) } ?? .null,
            "locations": .array(locations.map { .string($0) }),
            "answer-id": answerID.map { .string($0) } ?? .null, "at": .string(at.text),
        ]
    }
}

extension RecordedAuditEntry {
    fileprivate var json: JSONValue {
        [
            "sequence": .number(JSONNumber(Int(sequence))), "at": .string(entry.at.text),
            "actor": .string(entry.actor), "action": .string(entry.action),
            "reason": entry.reason.map { .string($0) } ?? .null,
        ]
    }
}
