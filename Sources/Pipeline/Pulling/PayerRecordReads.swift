import FHIR
import PDex

/// Fetches a payer's records by id: in batches if it can be searched by `_id`, otherwise one by one (RD-15).
///
/// Records that the payer does not have are noted by reason: a Coverage whose payor stays unknown lets nothing out.
/// Records that it has but does not return, or not completely, are flaws.
struct PayerRecordReads: Sendable {
    let payer: any PayerServer
    let name: String
    let intake: Intake

    private static let idsAtOnce = 50
    /// Several times more than is asked for: a server that returns all it has did not understand the query.
    private static let mostEntries = 200

    /// Fetches resources of one type and passes them to `take`, which returns how many it refuses; returns how many did
    /// not come although they may exist.
    func fetch(_ type: String, _ ids: [String], take: (LineBatch) async throws -> Int) async throws -> Int {
        let offered = try await payer.capability().types[type]?.searchParameters ?? []
        var flaws = 0
        for start in stride(from: 0, to: ids.count, by: Self.idsAtOnce) {
            let some = Array(ids[start..<min(start + Self.idsAtOnce, ids.count)])
            if offered.isEmpty || offered.contains("_id"), let unread = try await searched(type, some, take) {
                flaws += unread
            } else {
                flaws += try await read(type, some, take)
            }
        }
        return flaws
    }

    /// The flaws of one search; nil when the payer refuses such a search.
    private func searched(
        _ type: String, _ ids: [String], _ take: (LineBatch) async throws -> Int
    ) async throws -> Int? {
        let walk = PageWalk(server: payer, name: name, tally: intake.tally)
        let query = SearchQuery(type, [.init("_id", ids.joined(separator: ",")), .init("_count", "50")])
        var held = LineBuffer()
        let flaws: Int
        do {
            var count = 0
            flaws = try await walk.each(query) { page in
                count += page.entries.count
                guard count <= Self.mostEntries else {
                    throw Fault(.payerCapability, .halt, "\(name) answers with more than was asked for")
                }
                held.append(page)
            }
        } catch let fault as Fault where Self.isRefusal(fault) {
            return nil
        }
        let batch = held.take()
        await intake.tally.noted(.clinicReferenceMissing, ids.count - batch.lines.count)
        return flaws + (try await take(batch))
    }

    private func read(_ type: String, _ ids: [String], _ take: (LineBatch) async throws -> Int) async throws -> Int {
        var held = LineBuffer()
        var flaws = 0
        for id in ids {
            await intake.tally.requested()
            do {
                if let bytes = try await payer.read(type: type, id: id) {
                    bytes.withUnsafeBytes { held.append(line: $0) }
                } else {
                    await intake.tally.noted(.clinicReferenceMissing)
                }
            } catch let fault as Fault where Self.isRefusal(fault) {
                await intake.tally.noted(fault.code)
                flaws += 1
            }
        }
        return flaws + (try await take(held.take()))
    }

    private static func isRefusal(_ fault: Fault) -> Bool {
        [.remoteRefused, .authForbidden, .clinicCapability, .payerCapability].contains(fault.code)
    }
}
