import FHIR
import PDex

/// Fetches records of a payer by their ids: in batches where it searches by `_id`, else one by one (RD-15).
///
/// What the payer does not give is noted by reason: a Coverage whose payor stays unknown lets nothing out.
struct PayerRecordReads: Sendable {
    let payer: any PayerServer
    let name: String
    let intake: Intake

    private static let idsAtOnce = 50

    /// Fetches resources of one type, and hands them to `take`.
    func fetch(_ type: String, _ ids: [String], take: (LineBatch) async throws -> Int) async throws {
        let offered = try await payer.capability().types[type]?.searchParameters ?? []
        for start in stride(from: 0, to: ids.count, by: Self.idsAtOnce) {
            let some = Array(ids[start..<min(start + Self.idsAtOnce, ids.count)])
            if offered.isEmpty || offered.contains("_id"), try await searched(type, some, take) { continue }
            try await read(type, some, take)
        }
    }

    /// False when the payer refuses to be asked so.
    private func searched(
        _ type: String, _ ids: [String], _ take: (LineBatch) async throws -> Int
    ) async throws -> Bool {
        let walk = PageWalk(server: payer, name: name, tally: intake.tally)
        let query = SearchQuery(type, [.init("_id", ids.joined(separator: ",")), .init("_count", "50")])
        var held = LineBuffer()
        do {
            try await walk.each(query) { held.append($0) }
        } catch let fault as Fault where Self.isRefusal(fault) {
            return false
        }
        let batch = held.take()
        await intake.tally.noted(.clinicReferenceMissing, ids.count - batch.lines.count)
        _ = try await take(batch)
        return true
    }

    private func read(_ type: String, _ ids: [String], _ take: (LineBatch) async throws -> Int) async throws {
        var held = LineBuffer()
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
            }
        }
        _ = try await take(held.take())
    }

    private static func isRefusal(_ fault: Fault) -> Bool {
        [.remoteRefused, .authForbidden, .clinicCapability, .payerCapability].contains(fault.code)
    }
}
