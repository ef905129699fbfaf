import FHIR
import PDex

/// What an exchange is based on in addition to consent: that the patient is still taken for the same member, and that
/// coverage still holds on the days of what it carries (CO-03, CO-13).
///
/// Checked when an exchange is about to be sent, by the same join that made it. If the basis no longer holds, the
/// exchange is withheld, and the next run decides what becomes of the patient.
struct Footing: Sendable {
    let join: Join

    /// The fault of an exchange whose basis no longer holds; nil while it does.
    func fault(under exchange: Exchange, _ reader: any StoreReader) throws -> Fault? {
        switch try join.finding(for: exchange.member, reader) {
        case .unmatched(let code, let why), .ambiguous(let code, let why, _):
            return Self.withheld(code, why)
        case .member(_, let evidence, let division):
            guard evidence.member == exchange.match?.member else {
                return Self.withheld(.matchAmbiguous, "the patient is taken for another member than when it was made")
            }
            return Self.uncovered(exchange, division)
        }
    }

    /// The same for coverage alone, while the payer's records are being read and members cannot be looked up yet.
    func faultOfCoverage(under exchange: Exchange, _ reader: any StoreReader) throws -> Fault? {
        guard !exchange.isRetraction, let member = exchange.match?.member else { return nil }
        let covered = try CoveredMember(member, terms: join.terms, identities: join.identities, reader)
        guard !covered.held.isEmpty else {
            return Self.withheld(.coverageMissing, "no coverage with \(join.terms.payer.name)")
        }
        let care = try MemberCare(of: exchange.member, join.stager, reader)
        return Self.uncovered(exchange, join.divided(care, by: covered.coverages))
    }

    /// The fault if no coverage holds any more for something bundled. What only grew older than the job's window stays
    /// in.
    private static func uncovered(_ exchange: Exchange, _ division: MemberCare.Division) -> Fault? {
        let bare = Set(division.leftOut.filter { $0.leftOut == .coverageNotActive }.map(\.key))
        guard !bare.isEmpty, exchange.manifest.entries.contains(where: { $0.leftOut == nil && bare.contains($0.key) })
        else { return nil }
        return withheld(.coverageNotActive, "the coverage no longer holds for all that was bundled")
    }

    private static func withheld(_ code: FaultCode, _ why: String) -> Fault {
        Fault(code, .withhold, why, hint: "the next run looks at the patient anew, and sends what then may go")
    }
}
