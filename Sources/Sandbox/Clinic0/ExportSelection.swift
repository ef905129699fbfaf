import FHIR

/// Selects the resources of an export.
struct ExportSelection {
    let level: ExportOrder.Level
    let order: ExportOrder
    /// The most resources in one file.
    let fileSize: Int
    /// When the export is requested.
    let now: Instant

    /// The files of the types, in their order. Throws 404 for an unknown Group.
    func output(of types: [String], in store: FHIRStore) throws(Refusal) -> [ExportJob.File] {
        let members = try members(in: store)
        var chosen: [(type: String, resources: [StoredResource])] = []
        for type in types {
            chosen.append((type, (store.tables[type]?.resources ?? []).filter { isWanted($0, members) }))
        }
        if order.hasProvenance, !types.contains("Provenance") {
            chosen.append(("Provenance", provenance(of: chosen.flatMap(\.resources), in: store)))
        }
        return chosen.flatMap { type, resources in
            stride(from: 0, to: resources.count, by: fileSize).map { first in
                let part = resources[first..<min(first + fileSize, resources.count)]
                return ExportJob.File(type: type, lines: part.map(\.bytes))
            }
        }
    }

    private func isWanted(_ resource: StoredResource, _ members: Set<String>?) -> Bool {
        guard isWanted(resource.patient, members), resource.lastUpdated > order.since ?? Instant(seconds: -1),
            order.until.map({ resource.lastUpdated <= $0 }) ?? true
        else { return false }
        guard let filters = order.typeFilters[resource.type] else { return true }
        return filters.contains { search in search.filters.allSatisfy { $0.matches(resource) } }
    }

    /// The Provenances of the exported resources, each once.
    private func provenance(of exported: [StoredResource], in store: FHIRStore) -> [StoredResource] {
        let targets = Set(exported.map(\.key))
        return (store.tables["Provenance"]?.resources ?? []).filter { provenance in
            (provenance.tree["target"]?.elements ?? []).contains { target in
                guard let text = target["reference"]?.string,
                    case .local(let type, let id, _) = Reference(parsing: text)
                else { return false }
                return targets.contains("\(type)/\(id)")
            }
        }
    }

    /// Transaction Bundles of the deletions since; nothing without `_since`.
    func deleted(of types: [String], in store: FHIRStore) throws(Refusal) -> [ExportJob.File] {
        guard let since = order.since else { return [] }
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

    /// A word, but no name, about each patient who was asked for and is not in the Group, and each member who no longer
    /// permits the disclosure: they are left out (DX-04, DX-05).
    func leftOut(in store: FHIRStore) throws(Refusal) -> [ExportJob.File] {
        guard order.purpose != nil, case .group(let id) = level, let group = store["Group", id] else { return [] }
        let all = Self.members(of: group)
        let foreign = order.patients.map { $0.subtracting(all.map(\.id)).count } ?? 0
        let withdrawn = all.count { member in
            (order.patients?.contains(member.id) ?? true) && !isPermitted(member, of: group, in: store)
        }
        let lines =
            Array(repeating: Self.word("not-found", "A patient who was asked for is not in the Group."), count: foreign)
            + Array(
                repeating: Self.word("suppressed", "A member does not permit the disclosure any longer."),
                count: withdrawn)
        return lines.isEmpty ? [] : [ExportJob.File(type: "OperationOutcome", lines: lines)]
    }

    private static func word(_ code: String, _ text: String) -> [UInt8] {
        let outcome: JSONValue = [
            "resourceType": "OperationOutcome",
            "issue": [["severity": "warning", "code": .string(code), "details": ["text": .string(text)]]],
        ]
        return outcome.serialized()
    }

    /// A resource that belongs to nobody is shared, and included.
    private func isWanted(_ patient: String?, _ members: Set<String>?) -> Bool {
        guard let members, let patient else { return true }
        return members.contains(patient)
    }

    /// The ids of the only patients; nil for all.
    private func members(in store: FHIRStore) throws(Refusal) -> Set<String>? {
        guard case .group(let id) = level else { return order.patients }
        guard let group = store["Group", id] else { throw .notFound("Group/\(id)") }
        let found = Self.members(of: group).filter { order.purpose == nil || isPermitted($0, of: group, in: store) }
        let ids = Set(found.map(\.id))
        return order.patients.map { $0.intersection(ids) } ?? ids
    }

    private static func members(of group: StoredResource) -> [(id: String, json: JSONValue)] {
        (group.tree["member"]?.elements ?? []).filter { $0["inactive"]?.bool != true }.compactMap { member in
            member["entity"]?["reference"]?.string.flatMap { Reference(parsing: $0).id }.map { ($0, member) }
        }
    }

    private func isPermitted(
        _ member: (id: String, json: JSONValue), of group: StoredResource, in store: FHIRStore
    ) -> Bool {
        TellingConsents(now: now).permit(member.json, of: group.tree, id: member.id, in: store)
    }
}
