import FHIR
import PDex
import Testing

@testable import Pipeline

@Suite("What a watermark speaks of")
struct PullScopeTests {
    @Test("no two selections that fetch different things share a watermark")
    func differ() {
        let selections = [("a", ["x"]), ("a", ["y"]), ("b", ["x"])].map { group, filters in
            ExchangeTerms.Selection(
                method: .auto, group: group, types: ["Patient"], since: .lastSuccess, typeFilters: filters)
        }
        let exports = selections.flatMap { [PullScope.export($0), PullScope.reconciledExport($0)] }
        let patients = selections.prefix(2).flatMap { [PullScope.patients($0), PullScope.reconciled($0)] }

        #expect(Set(exports + patients).count == exports.count + patients.count)
    }

    @Test("a time from the future is ours, unless it is near")
    func believable() {
        let now = Instant(milliseconds: 1_000_000_000)
        let near = now.adding(milliseconds: 3_600_000)
        let far = now.adding(milliseconds: 3_600_001)

        #expect(PullScope.believable(near, now: now) == near)
        #expect(PullScope.believable(far, now: now) == now)
    }
}
