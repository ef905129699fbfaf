import FHIR
import PDex

/// The beneficiaries and payors to which a payer's staged Coverage refers.
struct CoverageReferences: Sendable {
    let stager: Stager
    /// The payer.
    let source: String

    private static let pageSize = 1000

    /// Ids of the beneficiaries and payors on this payer's server that are not among `seen`, by type.
    func missing(_ reader: any StoreReader, besides seen: Set<ResourceKey>) throws -> [String: [String]] {
        var found: [String: Set<String>] = [:]
        var last: ResourceKey?
        repeat {
            let page = try reader.keys(ofSource: source, type: "Coverage", after: last, limit: Self.pageSize)
            for key in page where seen.contains(key) {
                guard let staged = try reader.staged(key), let coverage = try? Resource(parsing: staged.bytes) else {
                    continue
                }
                let holders = (coverage["beneficiary"]?.elements ?? []) + (coverage["payor"]?.elements ?? [])
                for text in holders.compactMap({ $0["reference"]?.string }) {
                    guard case .local(let type, let id, _) = Reference(parsing: text).relative(to: stager.base),
                        ["Patient", "Organization"].contains(type), let key = stager.key(of: text),
                        !seen.contains(key)
                    else { continue }
                    found[type, default: []].insert(id)
                }
            }
            last = page.last
        } while last != nil
        return found.mapValues { $0.sorted() }
    }
}
