import FHIR
import PDex
import Pipeline

/// How a job would pull from its clinic and deliver to its payer, for people and for programs.
struct PlanSheet: Sendable {
    let outlook: PullOutlook
    let delivery: DeliverySheet

    /// One line per decision, with its reasons.
    var text: String {
        var table = TextTable()
        table.add("job", outlook.job)
        table.add("clinic", outlook.clinic)
        if let end = outlook.quietUntil { table.add("begins", "\(end.text), when its quiet hours end") }
        table.add("way", Self.words(outlook.roster.way))
        for reason in outlook.roster.reasons { table.add("  because", reason) }
        table.add("from", since)
        for (type, narrowing) in narrowing { table.add("  \(type)", words(narrowing)) }
        table.add("provenance", Self.words(outlook.provenance))
        table.add("one member", Self.words(outlook.member.way))
        for reason in outlook.member.reasons { table.add("  because", reason) }
        if !outlook.roster.missing.isEmpty {
            table.add("not offered", outlook.roster.missing.joined(separator: ", "))
        }
        delivery.add(to: &table)
        return table.text()
    }

    /// The same as an object.
    var json: JSONValue {
        [
            "job": .string(outlook.job), "clinic": .string(outlook.clinic),
            "quiet-until": outlook.quietUntil.map { .string($0.text) } ?? .null,
            "way": .string(Self.name(outlook.roster.way)),
            "because": .array(outlook.roster.reasons.map(JSONValue.string)),
            "since": outlook.since.map { .string($0.text) } ?? .null,
            "since-whole": .bool(outlook.isSinceWhole),
            "narrowing": .object(
                JSONObject(members: narrowing.map { .init(key: $0, value: .string(words($1))) })),
            "provenance": .string(outlook.provenance.rawValue), "one-member": .string(Self.name(outlook.member.way)),
            "not-offered": .array(outlook.roster.missing.map(JSONValue.string)), "delivery": delivery.json,
        ]
    }

    private var narrowing: [(String, PullPlan.Narrowing)] {
        outlook.roster.narrowing.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private var since: String {
        switch outlook.roster.way {
        case .export: outlook.since.map { "\($0.text), by the clinic's clock" } ?? "the beginning"
        case .search, .everything: outlook.since.map { "\($0.text), as the job says" } ?? searched
        }
    }

    private var searched: String {
        outlook.isSinceWhole
            ? "where each patient was whole last, and the beginning every \(reconcile)" : "the beginning"
    }

    private var reconcile: String {
        let hours = Int(outlook.reconcileSeconds / 3600)
        return hours >= 48 && hours.isMultiple(of: 24)
            ? "\(hours / 24) days" : Int(outlook.reconcileSeconds).asTime
    }

    /// What a search on one type asks for: without a beginning, all of it, whatever the clinic could narrow.
    private func words(_ narrowing: PullPlan.Narrowing) -> String {
        guard outlook.since != nil || outlook.isSinceWhole else { return Self.words(.none) }
        if case .date(let name) = narrowing, outlook.since != nil { return "what was done since (\(name))" }
        return Self.words(narrowing)
    }

    private static func name(_ way: PullPlan.Way) -> String {
        switch way {
        case .export(.group): "group-export"
        case .export(.patient): "patient-export"
        case .export(.system): "system-export"
        case .search: "search"
        case .everything: "everything"
        }
    }

    private static func words(_ way: PullPlan.Way) -> String {
        switch way {
        case .export(.group(let id)): "bulk export of Group/\(id)"
        case .export(.patient): "bulk export of all patients"
        case .export(.system): "bulk export of the whole system"
        case .search: "one search a patient and type"
        case .everything: "Patient/[id]/$everything"
        }
    }

    private static func words(_ way: ProvenanceWay) -> String {
        switch way {
        case .exported: "with the export"
        case .alongside: "beside each search (_revinclude)"
        case .byTarget: "searched by what it speaks of (target)"
        case .notOffered: "not offered: nothing of the clinic's own is sent"
        }
    }

    private static func words(_ narrowing: PullPlan.Narrowing) -> String {
        switch narrowing {
        case .lastUpdated: "what was written since (_lastUpdated)"
        case .date(let name): "what was done since, and three days before (\(name))"
        case .none: "all of it, every time"
        }
    }
}
