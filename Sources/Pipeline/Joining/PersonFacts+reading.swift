import FHIR
import PDex

extension PersonFacts {
    /// The facts in one of the clinic's Patients.
    init(ofPatient patient: Resource, _ stager: Stager) {
        let links = patient["link"]?.elements ?? []
        self.init(
            person: Person(patient), identifiers: Self.identifiers(patient),
            isActive: patient["active"]?.bool != false,
            isReplaced: links.contains { $0["type"]?.string == "replaced-by" },
            replacedBy: Self.patients(links, "replaced-by", stager),
            replaces: Self.patients(links, "replaces", stager))
    }

    /// The facts in the payer's records of a member; nil when none are staged. `stager` knows the payer's keys.
    init?(ofMember member: ResourceKey, _ stager: Stager, _ reader: any MemberReader) throws {
        let records = try reader.compartment(of: member)
        guard !records.isEmpty else { return nil }
        let patient = records.first { $0.key == member }.flatMap { try? Resource(parsing: $0.bytes) }
        var references: [String] = []
        let held = try records.filter { $0.type == "Coverage" }.compactMap { staged -> Held? in
            guard let coverage = (try? Resource(parsing: staged.bytes)).map(Coverage.init) else { return nil }
            references += coverage.payors.compactMap(\.reference)
            return Held(key: staged.key, coverage: try Self.compared(coverage, stager, reader))
        }
        self.init(
            person: patient.map(Person.init), identifiers: patient.map(Self.identifiers) ?? [], coverages: held,
            payors: Self.payors(references, stager))
    }

    /// The kinds of payors to which references lead, as far as these can be staged at all.
    private static func payors(_ references: [String], _ stager: Stager) -> Payors {
        let leading = references.filter { stager.key(of: $0) != nil }
        if leading.isEmpty { return .named }
        return leading.allSatisfy { Reference(parsing: $0).type == "Organization" } ? .organizations : .others
    }

    /// A coverage completed with what the organizations to which it refers say about themselves.
    private static func compared(
        _ coverage: Coverage, _ stager: Stager, _ reader: any MemberReader
    ) throws -> Coverage {
        let payors = try coverage.payors.map { payor in
            let organization = try payor.reference.flatMap(stager.key).flatMap(reader.staged)
                .flatMap { try? Resource(parsing: $0.bytes) }
            let resolved = payor.resolved(organization)
            return Payor(identifiers: resolved.identifiers, name: resolved.name, reference: resolved.reference)
        }
        return Coverage(
            status: coverage.status, memberIdentifiers: coverage.memberIdentifiers, subscriberID: coverage.subscriberID,
            period: coverage.period, hasReadablePeriod: coverage.hasReadablePeriod, payors: payors)
    }

    /// The Patients to which a Patient refers by one kind of link.
    private static func patients(_ links: [JSONValue], _ kind: String, _ stager: Stager) -> [ResourceKey] {
        links.filter { $0["type"]?.string == kind }.compactMap { $0["other"]?["reference"]?.string }
            .compactMap(stager.key)
    }

    private static func identifiers(_ resource: Resource) -> [Identifier] {
        (resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
    }
}
