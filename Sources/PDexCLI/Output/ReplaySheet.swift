import FHIR
import Jobs
import PDex
import Pipeline

/// The outcome of a replay or of its preview: one line per exchange, and the totals.
struct ReplaySheet: Sendable {
    let outcomes: [ReplayOutcome]

    var text: String {
        guard !outcomes.isEmpty else { return "no such exchanges" }
        var table = TextTable()
        for outcome in outcomes {
            switch outcome {
            case .eligible(let id, let preview): table.add(id, "would be replayed", preview.words)
            case .waiting(let id): table.add(id, "waits for its turn")
            case .refused(let id, let why): table.add(id, "not replayed: \(why)")
            case .replayed(let id, let new): table.add(id, "replayed by \(new.id)", new.words)
            case .already(let id, let new): table.add(id, "already replayed as \(new.id)", new.words)
            }
        }
        return ([table.text()] + totals).joined(separator: "\n\n")
    }

    /// The sum of all previews.
    private var totals: [String] {
        let previews = outcomes.compactMap { if case .eligible(_, let preview) = $0 { preview } else { nil } }
        guard !previews.isEmpty else { return [] }
        let refused = outcomes.count - previews.count
        let sum = ReplayPreview(
            state: .queued, added: previews.reduce(0) { $0 + $1.added },
            changed: previews.reduce(0) { $0 + $1.changed }, repeated: previews.reduce(0) { $0 + $1.repeated },
            retracted: previews.reduce(0) { $0 + $1.retracted },
            withheld: previews.reduce(into: [:]) { $0.merge($1.withheld, uniquingKeysWith: +) },
            bundles: previews.reduce(0) { $0 + $1.bundles }, entries: previews.reduce(0) { $0 + $1.entries },
            staying: previews.flatMap(\.staying))
        let left = refused > 0 ? "; \(refused) not replayed" : ""
        return ["\(previews.count.of("exchange")), \(sum.bundles.of("bundle")): \(sum.counts)\(left)"]
    }
}

extension ReplayPreview {
    /// The counts of resources.
    fileprivate var counts: String {
        let parts = [
            (added, "added"), (changed, "changed"), (repeated, "sent once more"), (retracted, "taken back"),
            (withheld.values.reduce(0, +), "left out"),
        ]
        let told = parts.filter { $0.0 > 0 }.map { "\($0.0.grouped) \($0.1)" }
        let going = told.isEmpty ? "nothing to send" : told.joined(separator: ", ")
        return staying.isEmpty ? going : "\(entries.grouped) entries go, \(stays); of resources \(going)"
    }

    /// What the payer has acknowledged and does not get again, by type.
    private var stays: String {
        let types = Dictionary(grouping: staying) { $0.prefix { $0 != "/" } }.sorted { $0.key < $1.key }
        let words = types.map { "\($0.value.count.grouped) \($0.key)" }.joined(separator: ", ")
        return "\(staying.count.grouped) stay acknowledged (\(words))"
    }

    /// The state it would be in, and the counts.
    fileprivate var words: String {
        guard bundles == 0, let reason else { return counts }
        return "\(state.rawValue) (\(reason.rawValue)): \(counts)"
    }

    fileprivate var json: JSONValue {
        let left = withheld.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { JSONObject.Member(key: $0.key.rawValue, value: .number(JSONNumber($0.value))) }
        return [
            "state": .string(state.rawValue), "reason": reason.map { .string($0.rawValue) } ?? .null,
            "bundles": .number(JSONNumber(bundles)), "added": .number(JSONNumber(added)),
            "changed": .number(JSONNumber(changed)), "repeated": .number(JSONNumber(repeated)),
            "retracted": .number(JSONNumber(retracted)), "left-out": .object(JSONObject(members: left)),
            "entries": .number(JSONNumber(entries)), "stay-acknowledged": .array(staying.map { .string($0) }),
        ]
    }
}

extension ReplayOutcome {
    /// The outcome as JSON.
    var json: JSONValue {
        switch self {
        case .eligible(let id, let preview): ["id": .string(id), "outcome": "eligible", "would": preview.json]
        case .waiting(let id): ["id": .string(id), "outcome": "waiting"]
        case .refused(let id, let why): ["id": .string(id), "outcome": "refused", "why": .string(why)]
        case .replayed(let id, let new): ["id": .string(id), "outcome": "replayed", "by": new.json]
        case .already(let id, let new): ["id": .string(id), "outcome": "already-replayed", "by": new.json]
        }
    }
}

extension ExchangeLine {
    /// Its state, and why it stands there.
    fileprivate var words: String { state.rawValue + (reason.map { " (\($0.rawValue))" } ?? "") }

    /// As programs read it, in the words of an exchange.
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "state": .string(state.rawValue),
            "reason": reason.map { .string($0.rawValue) } ?? .null,
        ]
    }
}

extension [ReplayItem.Outcome: Int] {
    /// The progress of a replay.
    var line: String {
        ReplayItem.Outcome.allCases.compactMap { outcome in self[outcome].map { "\($0.grouped) \(outcome.rawValue)" } }
            .joined(separator: ", ")
    }

    var json: JSONValue {
        let members = ReplayItem.Outcome.allCases.map {
            JSONObject.Member(key: $0.rawValue, value: .number(JSONNumber(self[$0] ?? 0)))
        }
        return isEmpty ? .null : .object(JSONObject(members: members))
    }
}
