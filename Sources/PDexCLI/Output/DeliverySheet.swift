import FHIR
import PDex
import Pipeline

/// How a job would deliver to its payer, for people and for programs.
struct DeliverySheet: Sendable {
    let outlook: DeliveryOutlook

    /// Adds one line per decision, with its reasons.
    func add(to table: inout TextTable) {
        table.add("payer", outlook.payer)
        table.add("delivery", outlook.delivery.kind.rawValue)
        for reason in outlook.reasons { table.add("  because", reason) }
        table.add("  at most", limits)
        if let obstacle = outlook.obstacle {
            table.add("  in the way", "\(obstacle.code.rawValue): \(obstacle.message)")
            if let hint = obstacle.hint { table.add("  do", hint) }
        }
        if let fault = outlook.fault {
            table.add("  not known", "\(fault.code.rawValue): \(fault.message)")
        }
        guard !outlook.missing.isEmpty else { return }
        table.add("  not listed", outlook.missing.joined(separator: ", "))
        table.add("  instead", advice)
    }

    /// The same as an object.
    var json: JSONValue {
        [
            "payer": .string(outlook.payer), "as": .string(outlook.delivery.kind.rawValue),
            "offered": outlook.isOffered.map(JSONValue.bool) ?? .null,
            "because": .array(outlook.reasons.map(JSONValue.string)),
            "max-entries": .number(JSONNumber(outlook.delivery.maxEntries)),
            "max-bytes": .number(JSONNumber(outlook.delivery.maxBytes)),
            "rate": outlook.delivery.perSecond.map { .string(Self.rate($0)) } ?? .null,
            "at-once": .number(JSONNumber(outlook.delivery.concurrency)),
            "not-listed": .array(outlook.missing.map(JSONValue.string)),
            "instead": .array(outlook.others.map { .string($0.rawValue) }),
            "fault": (outlook.obstacle ?? outlook.fault).map { .string($0.code.rawValue) } ?? .null,
        ]
    }

    private var limits: String {
        let delivery = outlook.delivery
        let rate = delivery.perSecond.map { ", \(Self.rate($0))" } ?? ""
        return "\(delivery.maxEntries.grouped) entries and \(delivery.maxBytes.asBytes) a bundle\(rate), "
            + "\(delivery.concurrency) at once"
    }

    private var advice: String {
        guard let best = outlook.others.first else {
            return "agree with the payer what its server shall offer; file-drop needs nothing of it"
        }
        let others = outlook.others.dropFirst().map(\.rawValue)
        return
            "deliver: { as: \(best.rawValue) }  in every job from \(outlook.clinic) to \(outlook.payer), which have to "
            + "agree: all that it needs is listed"
            + (others.isEmpty ? "" : "; so it is for \(others.joined(separator: ", "))")
    }

    /// A rate as a job file writes it.
    private static func rate(_ perSecond: Double) -> String {
        let perMinute = perSecond * 60
        return perSecond >= 1 || perMinute != perMinute.rounded()
            ? "\(perSecond == perSecond.rounded() ? "\(Int(perSecond))" : "\(perSecond)")/s" : "\(Int(perMinute))/m"
    }
}
