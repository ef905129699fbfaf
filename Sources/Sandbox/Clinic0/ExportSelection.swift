import FHIR

/// Chooses what an export holds.
struct ExportSelection {
    let level: ExportOrder.Level
    let since: Instant?
    /// Resources a file.
    let fileSize: Int

    /// The files of the types, in their order. Throws 404 for an unknown Group.
    func output(of types: [String], in store: FHIRStore) throws(Refusal) -> [ExportJob.File] {
        let members = try members(in: store)
        return types.flatMap { type -> [ExportJob.File] in
            let lines = (store.tables[type]?.resources ?? []).lazy
                .filter { isWanted($0.patient, members) && $0.lastUpdated > since ?? Instant(seconds: -1) }
                .map(\.bytes)
            let all = Array(lines)
            return stride(from: 0, to: all.count, by: fileSize).map {
                ExportJob.File(type: type, lines: Array(all[$0..<min($0 + fileSize, all.count)]))
            }
        }
    }

    /// Transaction Bundles of the deletions since; nothing without `_since`.
    func deleted(of types: [String], in store: FHIRStore) throws(Refusal) -> [ExportJob.File] {
        guard let since else { return [] }
        let members = try members(in: store)
        let entries: [JSONValue] = store.tombstones
            .filter { types.contains($0.type) && $0.deletedAt > since && isWanted($0.patient, members) }
            .map { ["request": ["method": "DELETE", "url": .string("\($0.type)/\($0.id)")]] }
        guard !entries.isEmpty else { return [] }
        let bundles = stride(from: 0, to: entries.count, by: 100).map { first -> [UInt8] in
            let part = Array(entries[first..<min(first + 100, entries.count)])
            let bundle: JSONValue = ["resourceType": "Bundle", "type": "transaction", "entry": .array(part)]
            return bundle.serialized()
        }
        return [ExportJob.File(type: "Bundle", lines: bundles)]
    }

    /// What belongs to nobody is shared and goes along.
    private func isWanted(_ patient: String?, _ members: Set<String>?) -> Bool {
        guard let members, let patient else { return true }
        return members.contains(patient)
    }

    private func members(in store: FHIRStore) throws(Refusal) -> Set<String>? {
        guard case .group(let id) = level else { return nil }
        guard let group = store["Group", id] else { throw .notFound("Group/\(id)") }
        return Set(
            (group.tree["member"]?.elements ?? []).filter { $0["inactive"]?.bool != true }.compactMap { member in
                member["entity"]?["reference"]?.string.flatMap { Reference(parsing: $0).id }
            })
    }
}
