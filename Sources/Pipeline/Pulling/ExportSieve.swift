import FHIR

/// Decides which lines of a payer's export are kept.
struct ExportSieve: Sendable {
    /// What becomes of a line.
    enum Fate: Sendable, Hashable {
        /// It is written, unchanged.
        case kept
        /// It is no resource of the type promised.
        case odd
        /// It is of a member who may not be asked for.
        case withheld
        /// Nobody can say whose it is, and somebody may not be asked for.
        case unclear
    }

    let permit: GroupPermit
    /// The payer's base.
    let base: String

    /// A line of data; `promised` is the type of its file, if that is one.
    func fate(of line: UnsafeRawBufferPointer, promised: String?) -> Fate {
        guard let scan = try? ResourceScan.scan(line), promised.map({ $0 == scan.type }) ?? true else { return .odd }
        return permit.covers(scan, at: base) ? .kept : .withheld
    }

    /// A line that tells of deletions. It names what is gone and not whose it was: that is known of a Patient alone.
    func fate(ofDeletions line: UnsafeRawBufferPointer) -> Fate {
        guard let ids = permit.ids else { return .kept }
        guard let bundle = try? FHIRBundle(JSONParser.parse(Array(line))) else { return .unclear }
        let arePermitted = bundle.entries.map { entry -> Bool? in
            guard entry.resource == nil, let url = entry.request?.url,
                case .local("Patient", let id, _) = Reference(parsing: url).relative(to: base)
            else { return nil }
            return ids.contains(id)
        }
        if arePermitted.allSatisfy({ $0 == true }) { return .kept }
        return arePermitted.allSatisfy { $0 == false } ? .withheld : .unclear
    }

    /// A line in which the payer tells what is missing or odd, in words that may be about anybody.
    var fateOfOutcomes: Fate { permit.ids == nil ? .kept : .unclear }
}
