import PDex

/// When a patient's care was given: the join divides these dates, without needing the resources themselves.
struct MemberCare {
    /// One resource.
    struct Item {
        let key: ResourceKey
        let contentHash: Int64
        /// When care was given: the dates of its visits or, if no visit has a date, the resource's own; empty when
        /// there is neither, or when its type has no date.
        let days: [ServiceDates]

        func entry(leftOut: FaultCode?) -> ExchangeManifest.Entry {
            .init(key: key, contentHash: contentHash, leftOut: leftOut)
        }
    }

    /// What is sent to the payer, and what is left out for which reason.
    struct Division {
        var kept: [ResourceKey] = []
        var leftOut: [ExchangeManifest.Entry] = []
    }

    /// All resources except the Patient, those about several people and those that cannot be read, ordered by key.
    let items: [Item]

    /// Uses stored facts, and reads the bytes where there are none.
    init(of member: ResourceKey, _ stager: Stager, _ reader: any StoreReader) throws {
        var known: [(staged: StagedCare, care: CareFacts)] = []
        for staged in try reader.care(of: member) where staged.key != member && staged.type != "Provenance" {
            let care =
                try staged.care
                ?? reader.staged(staged.key).flatMap { ClinicalResource($0, stager: stager)?.care }
            if let care { known.append((staged, care)) }
        }
        // Visits are needed only if another resource names one.
        let isAsked = known.contains { $0.staged.type != "Encounter" && !$0.care.visits.isEmpty }
        let visits = isAsked ? known.filter { $0.staged.type == "Encounter" } : []
        let dates = Dictionary(
            visits.map { ($0.staged.key, $0.care.dates) }, uniquingKeysWith: { first, _ in first })
        items = known.map { staged, care in
            let isAtVisits = staged.type != "Encounter" && !ServiceDates.undatedTypes.contains(staged.type)
            let visits = isAtVisits ? care.visits.compactMap { dates[$0] }.filter { !$0.isEmpty } : []
            return Item(
                key: staged.key, contentHash: staged.contentHash,
                days: !visits.isEmpty ? visits : care.dates.isEmpty ? [] : [care.dates])
        }
    }
}
