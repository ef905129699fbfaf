import FHIR
import PDex

/// Fetches the payer's Coverage (with its beneficiaries) and Consent, from its server or from files.
///
/// Both are read completely every time, and records that are gone are forgotten: a deleted consent must not go on
/// permitting. A record counts as gone only if everything is proven to have come (SBS-45): since a denial that could
/// not be read must not become a permit, one flaw ends the run before anything is forgotten or sent. A Coverage that
/// changed or is gone is kept as it was.
struct PayerRecordsPull: Sendable {
    let terms: ExchangeTerms
    let payer: any PayerServer
    let exporter: (any ClinicServer)?
    let store: any Store
    let intake: Intake
    let revocation: Revocation
    /// Whether a file without a single record is accepted, although there were records before.
    var mayBeEmpty = false

    /// Reads both; returns how many records are gone, by type.
    @discardableResult
    func pull() async throws -> [String: Int] {
        var seen = SeenRecords()
        try await pull("Coverage", from: terms.coverage, try await inclusions(), &seen)
        if terms.coverage == .fhir { try await complete(&seen) }
        try await pull("Consent", from: terms.consent, [], &seen)
        var gone: [String: Int] = [:]
        for type in ["Coverage", "Consent", "Patient", "Organization"] {
            gone[type] = try await forget(type, except: seen)
        }
        return gone.filter { $0.value > 0 }
    }

    private func pull(
        _ type: String, from source: ExchangeTerms.RecordSource, _ parameters: [SearchQuery.Parameter],
        _ seen: inout SeenRecords
    ) async throws {
        var flaws = 0
        func take(_ batch: LineBatch) async throws { flaws += try await stage(batch, &seen) }
        switch source {
        case .fhir:
            let walk = PageWalk(server: payer, name: terms.payer.name, tally: intake.tally)
            flaws += try await walk.each(SearchQuery(type, parameters + [.init("_count", "500")])) { page in
                var held = LineBuffer()
                held.append(page)
                flaws += try await stage(held.take(), &seen)
            }
        case .export(let group):
            guard let exporter else {
                throw Fault(.payerCapability, .halt, "\(terms.payer.name) cannot be asked for an export")
            }
            let export = RecordsExport(
                payer: terms.payer.name, server: exporter, tally: intake.tally, clock: intake.clock,
                observer: intake.observer)
            let types = type == "Coverage" ? ["Patient", "Coverage", "Organization"] : [type]
            flaws += try await export.read(types, group: group) { flaws += try await stage($0, &seen) }
        case .file(let path):
            try await RecordFile(path: path).read(take)
        case .folder(let path):
            for file in try RecordFile.folder(path) {
                try await file.read(take)
            }
        case .roster(let path, let columns):
            let file = roster(path, columns)
            try Self.insist(on: try file.check(), of: terms.payer.name)
            try await file.read(take)
        }
        try insist(onAllOf: type, flaws)
        if seen.counts[type] == nil, !source.isServed { try await insist(onAny: type) }
    }

    /// An empty file is what a broken transfer leaves, and would withdraw everything recorded before.
    private func insist(onAny type: String) async throws {
        let source = terms.payer.name
        let before = try await store.read { try $0.keys(ofSource: source, type: type, after: nil, limit: 1) }
        guard !mayBeEmpty, !before.isEmpty else { return }
        throw Fault(
            .payerRecordsIncomplete, .halt,
            "what \(source) left in files has no \(type) at all, though there were some before; nothing was sent",
            hint: "have it written again; where it is meant to be empty, say  pdex members import --allow-empty")
    }

    private func insist(onAllOf type: String, _ flaws: Int) throws {
        guard flaws > 0 else { return }
        throw Fault(
            .payerRecordsIncomplete, .halt,
            "\(flaws) of the \(type) records of \(terms.payer.name) could not be read; nothing was sent",
            hint: "a record may be a denial, or tell two members apart: have the payer correct them, or what our token "
                + "allows, or correct the file, and run again")
    }

    /// The roster at that path.
    func roster(_ path: String, _ columns: RosterColumns) -> RosterFile {
        RosterFile(
            path: path,
            writer: RosterWriter(terms: terms, columns: columns, identities: intake.stager.identities))
    }

    /// A line that cannot be read may be the second member that makes a match ambiguous: no line is skipped.
    private static func insist(on report: RosterReport, of payer: String) throws {
        guard report.refused == 0 else {
            let lines = report.flaws.prefix(5).map(\.description).joined(separator: "; ")
            throw Fault(
                .payerRecordsIncomplete, .halt,
                "\(report.refused) lines of the roster of \(payer) cannot be used; nothing of it was: \(lines)",
                hint: "pdex members import  names up to \(RosterReport.mostNamed) of them")
        }
    }

    /// The resources to include with Coverage: those that the payer lists, or all if it lists nothing (RD-15).
    func inclusions() async throws -> [SearchQuery.Parameter] {
        guard terms.coverage == .fhir else { return [] }
        let listed = try await payer.capability().types["Coverage"]?.includes ?? []
        return ["Coverage:beneficiary", "Coverage:payor"].filter { listed.isEmpty || listed.contains($0) }
            .map { .init("_include", $0) }
    }

    /// Fetches the members and payors that Coverage refers to and that did not come along: its member has to be
    /// compared, and its payor has to be known. A member who exists but could not be read may be a second one who
    /// matches (reliability T10).
    private func complete(_ seen: inout SeenRecords) async throws {
        let missing = try await store.read { [intake, terms, seen = try seen.all()] reader in
            try CoverageReferences(stager: intake.stager, source: terms.payer.name).missing(reader, besides: seen)
        }
        let closure = PayerRecordReads(payer: payer, name: terms.payer.name, intake: intake)
        for (type, ids) in missing.sorted(by: { $0.key < $1.key }) {
            let flaws = try await closure.fetch(type, ids) { try await stage($0, &seen) }
            if type == "Patient" { try insist(onAllOf: type, flaws) }
        }
    }

    func stage(_ lines: LineBatch, _ seen: inout SeenRecords) async throws -> Int {
        var lines = lines
        var unread = 0
        var nobodys = 0
        try lines.bytes.withUnsafeBytes { bytes in
            for range in lines.lines {
                guard let scan = try? ResourceScan.scan(UnsafeRawBufferPointer(rebasing: bytes[range])) else {
                    continue
                }
                if scan.type == "ExplanationOfBenefit" { unread = 1 }
                // Nobody knows whose consent it is, and it may be a denial.
                if scan.type == "Consent", scan.patient.flatMap(intake.stager.key) == nil { nobodys += 1 }
                try seen.insert(
                    intake.stager.identities.key(source: terms.payer.name, type: scan.type, id: scan.id), scan.type)
            }
        }
        if unread > 0 { (lines, unread) = try unfolded(lines, &seen) }
        let now = intake.now
        let refused = try await intake.stage(
            lines, expecting: nil,
            beforehand: { writer, batch in
                try Self.keep(batch, writer, until: now)
                return try ConcernedMembers(
                    consents: Intake.consenting(batch, writer), coverages: Self.covered(batch, writer))
            },
            afterwards: { [revocation] in try revocation.follow($1, at: now, $0) })
        return refused + unread + nobodys
    }

    /// The lines with each ExplanationOfBenefit replaced by the Coverage in it, and how many could not be replaced.
    private func unfolded(_ lines: LineBatch, _ seen: inout SeenRecords) throws -> (LineBatch, Int) {
        let contained = ContainedCoverage(payer: terms.payer, identities: intake.stager.identities)
        var held = LineBuffer()
        var unread = 0
        for range in lines.lines {
            let bytes = Array(lines.bytes[range])
            guard let claim = try? Resource(parsing: bytes), claim.type == "ExplanationOfBenefit" else {
                bytes.withUnsafeBytes { held.append(line: $0) }
                continue
            }
            guard let coverages = contained.coverages(in: claim) else {
                unread += 1
                continue
            }
            for coverage in coverages {
                let id = coverage["id"]?.string ?? ""
                try seen.insert(
                    intake.stager.identities.key(source: terms.payer.name, type: "Coverage", id: id), "Coverage")
                coverage.serialized().withUnsafeBytes { held.append(line: $0) }
            }
        }
        return (held.take(), unread)
    }

    /// Keeps the old versions of the Coverages that the batch changes.
    private static func keep(_ batch: StagingBatch, _ writer: any StoreWriter, until now: Instant) throws {
        let changed = try batch.rows.filter { row in
            guard row.type == "Coverage", let staged = try writer.stagedHashes([row.key]).first else { return false }
            return staged.contentHash != row.contentHash
        }
        try writer.supersede(changed.map(\.key), until: now)
    }

    /// The members whose coverage the batch changes: those who have it now, and those who had it before.
    private static func covered(_ batch: StagingBatch, _ writer: any StoreWriter) throws -> Set<ResourceKey> {
        var members: Set<ResourceKey> = []
        for row in batch.rows where row.type == "Coverage" {
            guard let before = try writer.staged(row.key), before.contentHash != row.contentHash else { continue }
            members.formUnion([row.patient, before.patient].compactMap(\.self))
        }
        return members
    }

    private func forget(_ type: String, except seen: SeenRecords) async throws -> Int {
        let source = terms.payer.name
        let now = intake.now
        var count = 0
        var last: ResourceKey?
        var absences = try seen.absences()
        while true {
            let after = last
            let page = try await store.read {
                try $0.keys(ofSource: source, type: type, after: after, limit: 5000)
            }
            guard let end = page.last else { return count }
            let gone = try absences.among(page)
            count += gone.count
            if !gone.isEmpty { try await forget(type, gone, at: now) }
            last = end
        }
    }

    /// Forgets records of one type that are gone, and acts on what that withdraws.
    func forget(_ type: String, _ gone: [ResourceKey], at now: Instant) async throws {
        try await store.write { [revocation] writer in
            if type == "Coverage" { try writer.supersede(gone, until: now) }
            let members = Set(try gone.compactMap { try writer.staged($0)?.patient })
            try Self.forget(gone, writer)
            let concerned = ConcernedMembers(
                consents: type == "Consent" ? members : [], coverages: type == "Coverage" ? members : [])
            try revocation.follow(concerned, at: now, writer)
        }
    }

    /// The links to a member go when one of its records is gone; those that remain valid are indexed again.
    private static func forget(_ gone: [ResourceKey], _ writer: any StoreWriter) throws {
        for key in gone {
            if let member = try writer.staged(key)?.patient { try writer.unlink(member) }
        }
        try writer.unstage(gone)
    }
}
