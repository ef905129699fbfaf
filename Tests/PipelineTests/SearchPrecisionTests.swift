import FHIR
import PDex
import Testing

@testable import Pipeline

@Suite("How precise a search is")
struct SearchPrecisionTests {
    @Test("what is searched by a day has a day, and what is searched by a moment a second and a zone (RD-07)")
    func precision() throws {
        let instant = try #require(Instant("2026-05-29T02:15:00Z"))
        let texts = Dictionary(grouping: Set(SearchShape.dates.values)) { SearchShape.since(instant, by: $0).value }
        #expect(texts["ge2026-05-29"] == ["start-date"])
        #expect(
            texts["ge2026-05-29T02:15:00.000Z"].map { Set($0) } == ["date", "recorded-date", "authoredon", "authored"])
        #expect(texts.count == 2)
    }
}
