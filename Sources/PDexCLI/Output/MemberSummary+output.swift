import FHIR
import PDex
import Pipeline

extension MemberSummary {
    /// The summary for people; personal values only if `withValues`.
    func text(withValues: Bool) -> String {
        var table = TextTable()
        table.add("member", key.description)
        if withValues, let person { table.add("name", Self.name(person)) }
        table.add("consents", "\(consents)")
        if let link {
            table.add("linked", "to patient \(link.patient) by \(link.actor), \(link.at.text): \(link.reason)")
        }
        for held in coverages {
            let coverage = held.coverage
            var words = [coverage.status]
            if let order = coverage.order { words.append("order \(order)") }
            if let relationship = coverage.relationship { words.append(relationship) }
            if withValues { words += Self.values(of: coverage) }
            table.add("coverage \(held.key)", words.joined(separator: ", "))
            for version in held.history {
                let since = version.since.map { "from \($0.text) " } ?? ""
                table.add("", "before: \(since)until \(version.until.text)" + (withValues ? Self.past(version) : ""))
            }
        }
        return table.text()
    }

    /// The summary as JSON; personal values only if `withValues`.
    func json(withValues: Bool) -> JSONValue {
        var object: JSONObject = [
            "member": .string(key.description), "consents": .number(JSONNumber(consents)),
            "linked": link.map { .string($0.patient.description) } ?? .null,
        ]
        if withValues, let person { object["name"] = .string(Self.name(person)) }
        object["coverages"] = .array(
            coverages.map { held in
                var coverage: JSONObject = [
                    "key": .string(held.key.description), "status": .string(held.coverage.status),
                    "order": held.coverage.order.map { .number(JSONNumber($0)) } ?? .null,
                    "relationship": held.coverage.relationship.map { .string($0) } ?? .null,
                    "history": .array(
                        held.history.map {
                            ["since": $0.since.map { .string($0.text) } ?? .null, "until": .string($0.until.text)]
                        }),
                ]
                if withValues { coverage["values"] = .array(Self.values(of: held.coverage).map { .string($0) }) }
                return .object(coverage)
            })
        return .object(object)
    }

    private static func name(_ person: Resource) -> String {
        let name = person["name"]?[0]
        let given = (name?["given"]?.elements ?? []).compactMap(\.string)
        return (given + [name?["family"]?.string, person["birthDate"]?.string].compactMap(\.self))
            .joined(separator: " ")
    }

    private static func values(of coverage: Coverage) -> [String] {
        let numbers = coverage.memberIdentifiers.compactMap(\.value) + [coverage.subscriberID].compactMap(\.self)
        return numbers + ["\(coverage.period?.start?.text ?? "…") to \(coverage.period?.end?.text ?? "…")"]
    }

    private static func past(_ version: SupersededResource) -> String {
        guard let resource = try? Resource(parsing: version.bytes) else { return "" }
        let coverage = Coverage(resource)
        return ": " + ([coverage.status] + values(of: coverage)).joined(separator: ", ")
    }
}
