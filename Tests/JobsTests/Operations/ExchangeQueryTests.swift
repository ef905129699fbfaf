import FHIR
import PDex
import PDexTesting
import Testing

@testable import Jobs

@Suite("The language of --where")
struct ExchangeQueryTests {
    private static let names = ExchangeQuery.Names(
        clinics: ["clinic0", "clinic1"], payers: ["med0"], jobs: ["nightly"])
    private static let now = Instant("2026-06-03T12:00:00Z") ?? Instant(milliseconds: 0)

    @Test(
        "each key narrows what is meant",
        arguments: [
            ("state:parked", ExchangeFilter(states: [.parked])),
            ("state:parked,withheld  state:unmatched", ExchangeFilter(states: [.parked, .withheld, .unmatched])),
            ("fault:payer.refused", ExchangeFilter(reason: .payerRefused)),
            (
                "payer:med0 clinic:clinic1 job:nightly run:r1",
                ExchangeFilter(payer: "med0", run: "r1", job: "nightly", clinic: "clinic1")
            ),
            ("since:2d", ExchangeFilter(since: Instant("2026-06-01T12:00:00Z"))),
            ("since:90m", ExchangeFilter(since: Instant("2026-06-03T10:30:00Z"))),
            (
                "since:1w until:12h",
                ExchangeFilter(since: Instant("2026-05-27T12:00:00Z"), until: Instant("2026-06-03T00:00:00Z"))
            ),
            ("since:2026-06-01", ExchangeFilter(since: Instant("2026-06-01T00:00:00Z"))),
            ("until:2026-06-01T02:15:00Z", ExchangeFilter(until: Instant("2026-06-01T02:15:00Z"))),
        ])
    func narrows(text: String, filter: ExchangeFilter) throws {
        #expect(try Self.query().filter(text) == filter)
    }

    @Test("a member is meant by its key, or by its id at the clinics that are meant")
    func member() throws {
        let query = try Self.query()
        let identities = try ServedNight().night.identities
        let here = identities.key(source: "clinic0", type: "Patient", id: "joe")
        let there = identities.key(source: "clinic1", type: "Patient", id: "joe")

        #expect(try query.filter("member:joe").members == [here, there])
        #expect(try query.filter("member:joe clinic:clinic1").members == [there])
        #expect(try query.filter("member:\(here)").members.contains(here))
    }

    @Test(
        "what cannot be meant is refused, with the word that was probably meant",
        arguments: [
            ("", "nothing is said"), ("parked", "'parked' is not of the form key:value"),
            ("stat:parked", "did you mean 'state'?"), ("state:parkd", "did you mean 'parked'?"),
            ("state:", "'state:' has no value"), ("state:parked,", "'' is not a state"),
            ("fault:payer.refusd", "did you mean 'payer.refused'?"), ("payer:med1", "did you mean 'med0'?"),
            ("job:nightl", "did you mean 'nightly'?"), ("clinic:clinc0", "did you mean 'clinic0'?"),
            ("since:2x", "'2x' is no time"), ("since:0d", "'0d' is no time"), ("since:-2d", "'-2d' is no time"),
            ("since:99999999999999999999d", "is no time"), ("until:2026-13-01", "is no time"),
            ("payer:med0 payer:med0", "'payer' stands there twice"),
        ])
    func refused(text: String, why: String) throws {
        let query = try Self.query()

        let fault = #expect(throws: Fault.self) { try query.filter(text) }

        #expect(fault?.code == .usage)
        #expect(fault?.message.contains(why) == true, "\(fault?.message ?? "")")
    }

    private static func query() throws -> ExchangeQuery {
        ExchangeQuery(names: names, now: now, identities: try ServedNight().night.identities)
    }
}
