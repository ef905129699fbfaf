import PDex

/// When a patient's care was given: what the join divides, without the resources themselves.
struct MemberCare {
    /// One resource.
    struct Item {
        let key: ResourceKey
        let contentHash: Int64
        /// When care was given: when the visits were or, while no visit has a date, when the resource says; empty when
        /// nobody says, or what it is has no day.
        let days: [ServiceDates]

        func entry(leftOut: FaultCode?) -> ExchangeManifest.Entry {
            .init(key: key, contentHash: contentHash, leftOut: leftOut)
        }
    }

    /// What goes to the payer, and what stays for which reason.
    struct Division {
        var kept: [ResourceKey] = []
        var leftOut: [ExchangeManifest.Entry] = []
    }

    /// Everything but the Patient, what speaks of several and what cannot be read, in the order of keys.
    let items: [Item]

    /// Takes the facts that were kept, and reads the bytes where none were.
    init(of member: ResourceKey, _ stager: Stager, _ reader: any StoreReader) throws {
        var known: [(staged: StagedCare, care: CareFacts)] = []
        for staged in try reader.care(of: member) where staged.key != member && staged.type != "Provenance" {
            let care =
                try staged.care
                ?? reader.staged(staged.key).flatMap { ClinicalResource($0, stager: stager)?.care }
            if let care { known.append((staged, care)) }
        }
        // Only who names a visit asks for one.
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
