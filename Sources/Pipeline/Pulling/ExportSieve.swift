import FHIR
import PDex

/// Decides which lines of a payer's export are kept: of what was asked for, and of whom may be asked for. A payer may
/// ignore a filter without a word (DX-03).
struct ExportSieve: Sendable {
    /// What becomes of a line.
    enum Fate: Sendable, Hashable {
        /// It is written, unchanged.
        case kept
        /// It is no resource of the type promised.
        case odd
        /// It is of a type that was not asked for.
        case unasked
        /// It is of care outside the window.
        case outside
        /// It is of a member who may not be asked for.
        case withheld
        /// Nobody can say whose it is, and somebody may not be asked for.
        case unclear
    }

    /// The types asked for; empty for all.
    let types: Set<String>
    /// The days of care asked for; nil for all.
    let window: Period?
    /// The day of the kick-off, which care that goes on reaches.
    let today: String
    let permit: GroupPermit
    /// The payer's base.
    let base: String

    /// A line of data; `promised` is the type of its file, if that is one.
    func fate(of line: UnsafeRawBufferPointer, promised: String?) -> Fate {
        guard let scan = try? ResourceScan.scan(line), promised.map({ $0 == scan.type }) ?? true else { return .odd }
        guard wants(scan.type) else { return .unasked }
        guard permit.covers(scan, at: base) else { return .withheld }
        return isOutside(scan) ? .outside : .kept
    }

    /// Whether a type was asked for.
    func wants(_ type: String) -> Bool { types.isEmpty || types.contains(type) }

    /// Whether a resource is of care outside the window, if it is of a type whose dates are asked for; one without a
    /// date is not.
    private func isOutside(_ scan: ResourceScan) -> Bool {
        guard let window, ServiceWindow.types.contains(scan.type) else { return false }
        let days = ServiceDates(scan)
        return !days.isEmpty && !days.reaching(today).overlap(window)
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
