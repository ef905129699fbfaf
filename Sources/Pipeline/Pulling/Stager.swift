import FHIR
import PDex

/// Turns received bytes into rows for the store: one scan per resource, no tree.
struct Stager: Sendable {
    /// A resource that could not be staged, and why.
    struct Refusal: Sendable {
        let code: FaultCode
    }

    /// What one line became.
    enum Verdict {
        case row(StagingBatch.Row)
        case refused(FaultCode)
    }

    let source: String
    let base: String
    let identities: Identities

    /// Scans the resource in `bytes[range]`, of `type` if one was promised (BLK-32). A consent that names no patient of
    /// this source counts as `owner`'s: its objections must not be overlooked because of how it is written.
    func row(
        _ bytes: UnsafeRawBufferPointer, at range: Range<Int>, expecting type: String?,
        consentsOf owner: ResourceKey? = nil, now: Instant, patients: inout PatientKeys
    ) -> Verdict {
        let line = UnsafeRawBufferPointer(rebasing: bytes[range])
        guard let scan = try? ResourceScan.scan(line) else { return .refused(.clinicMalformedLine) }
        if let type, scan.type != type { return .refused(.clinicWrongType) }
        // Elements are missing: it must neither replace a complete one nor be sent as one (BLK-13).
        if scan.isSubsetted { return .refused(.clinicSubsetted) }
        var patient: ResourceKey?
        // A Provenance belongs to the patients of its targets, of whom there may be several (PV-03).
        if !SharedTypes.contains(scan.type), scan.type != "Provenance", let reference = scan.patient {
            patient = patients.key(of: reference, stager: self)
        }
        if scan.type == "Consent", patient == nil { patient = owner }
        return .row(
            StagingBatch.Row(
                key: identities.key(source: source, type: scan.type, id: scan.id),
                type: scan.type,
                id: scan.id,
                versionID: scan.versionID,
                // With a timestamp from the future, every later version would look older, for ever.
                lastUpdated: scan.lastUpdated.flatMap { PullScope.isAhead($0, of: now) ? nil : $0 },
                patient: patient,
                targets: scan.type == "Provenance" ? scan.targets.compactMap(key) : [],
                care: CareFacts(scan, line, self),
                contentHash: identities.contentHash(line),
                range: range
            )
        )
    }

    /// The targets of a Provenance that are resources of this source.
    func targets(of provenance: Resource) -> [ResourceKey] {
        (provenance["target"]?.elements ?? []).compactMap { $0["reference"]?.string.flatMap(key) }
    }

    /// The staging key of a reference to this source; nil when it does not name one of its resources.
    func key(of reference: String) -> ResourceKey? {
        guard case .local(let type, let id, _) = Reference(parsing: reference).relative(to: base) else { return nil }
        return identities.key(source: source, type: type, id: id)
    }
}

extension Stager {
    /// Stages what the clinic of `terms` has.
    init(clinicOf terms: ExchangeTerms, _ identities: Identities) {
        self.init(source: terms.clinic.name, base: terms.clinic.base, identities: identities)
    }

    /// Stages what the payer of `terms` has.
    init(payerOf terms: ExchangeTerms, _ identities: Identities) {
        self.init(source: terms.payer.name, base: terms.payer.base, identities: identities)
    }
}

/// Remembers the last patient's key: files and pages come sorted by patient more often than not.
struct PatientKeys {
    private var reference = ""
    private var key: ResourceKey?

    mutating func key(of text: String, stager: Stager) -> ResourceKey? {
        if text != reference || key == nil {
            reference = text
            key = stager.key(of: text)
        }
        return key
    }
}
