import PDex
import Testing

@testable import Pipeline

@Suite("How a clinic wants to be searched")
struct SearchMannersTests {
    @Test(
        "a refusal that only looks like a demand for values is met by asking for less besides, once, with all lists each time",
        arguments: [true, false], [true, false])
    func lookalike(comesAlong: Bool, isNarrow: Bool) throws {
        let fault = Fault(.remoteSearchDemands, .halt, "400 with all that can be searched by", httpStatus: 400)
        var manner: SearchManners.Manner? = SearchManners.Manner()
        var plain: [[Bool]] = []
        var named = 0
        for _ in 0..<100 {
            guard let current = manner else { break }
            if current.demanded == nil { plain.append([current.isAlone, current.isWide]) } else { named += 1 }
            manner = current.after(
                fault, of: "Observation", isNarrow: isNarrow && !current.isWide,
                comesAlong: comesAlong && !current.isAlone)
        }
        #expect(manner == nil)
        var ways = [[false, false]]
        if comesAlong { ways.append([true, false]) }
        if isNarrow { ways.append([false, true]) }
        if isNarrow, comesAlong { ways.append([true, true]) }
        #expect(plain == ways)
        #expect(named == ways.count * (SearchShape.demanded["Observation"]?.count ?? 0))
    }
}
