import FHIR
import Foundation
import PDex
import PDexTesting

extension FaultTable {
    private static let search = "search Observation"

    /// The faults that a clinic itself causes: sizes, pages, clocks, rosters, and broken promises.
    static let clinic: [FaultLine] = [
        FaultLine("R4 a resource of eight megabytes", .bulkExport, .same) { $0.clinic.stray(large) }
            .with {
                $0.also = ["Observation/large": large]
                $0.mostKills = 1
            },
        FaultLine("R4 a line without an end", .bulkExport, at: "file Observation", .partial(.remoteTooLarge)) {
            moment in
            .keep(rewritten(moment) { $0 + String(repeating: "x", count: 17 << 20) })
        }.with { $0.mostKills = 1 },
        FaultLine("R4 a page of ten thousand", .rosterSearch, .same) { night in
            night.clinic.play { moment in
                guard moment.place == search, moment.request.parameter("patient") == "joe" else { return nil }
                return .keep(rewritten(moment) { $0.replacing(#""entry":["#, with: #""entry":["# + manyEntries) })
            }
        }.with {
            $0.also = many
            $0.mostKills = 1
        },
        FaultLine("R12 a patient of two ids", .bulkExport, .same) { night in
            night.clinic.put(try Resource(parsing: merged))
        }.with { $0.also = ["Patient/joe-old": merged] },
        FaultLine("R13 a clock an hour ahead", .rosterSearch, .same) { night in
            night.clinic.play { .keep(dated($0, "03:15:00")) }
        }.with { $0.asOf = Instant("2026-06-01T03:15:00Z") },
        FaultLine("R13 a clock an hour behind", .rosterSearch, .same) { night in
            night.clinic.play { .keep(dated($0, "01:15:00")) }
        }.with { $0.asOf = Instant("2026-06-01T01:15:00Z") },
        FaultLine("R13 a transaction time an hour behind", .bulkExport, at: "status", .same) {
            .keep(rewritten($0) { $0.replacing("T02:15:00.000Z", with: "T01:15:00.000Z") })
        }.with { $0.asOf = Instant("2026-06-01T01:15:00Z") },
        FaultLine("R14 a next link that leads back", .rosterSearch, at: search, .partial(.clinicPagingLoop)) {
            moment in
            .keep(rewritten(moment) { $0.replacing(#""relation":"self""#, with: #""relation":"next""#) })
        },
        FaultLine("R14 pages that shrink", .rosterSearch, at: "page Observation", incomplete) {
            $0.status(200, #"{"resourceType":"Bundle","type":"searchset"}"#)
        }.with { $0.sparesAda = true },
        FaultLine("R14 a match that moves to the next page", .rosterSearch, at: "page Observation", incomplete) {
            .keep(
                rewritten($0) {
                    $0.replacing("joe-more-2", with: "joe-glucose").replacing("joe-more-3", with: "joe-more-1")
                })
        }.with { $0.sparesAda = true },
        FaultLine("R15 a total too high", .rosterSearch, at: search, incomplete) {
            .keep(rewritten($0) { $0.replacing(#""total":"#, with: #""total":1"#) })
        },
        FaultLine("R15 a total too low", .rosterSearch, at: search, .same) {
            .keep(rewritten($0) { $0.replacing(#""total":4"#, with: #""total":1"#) })
        },
        FaultLine("R15 a total too high of practitioners", .rosterSearch, at: "search Practitioner", incomplete) {
            .keep(rewritten($0) { $0.replacing(#""total":"#, with: #""total":1"#) })
        },
        FaultLine("R15 a total that is none", .rosterSearch, at: search, .same) {
            .keep(rewritten($0) { $0.replacing(#""total":"#, with: #""total":-"#) })
        },
        FaultLine("R16 labels of sensitivity", .bulkExport, .same) { $0.clinic.stray(labelled) }
            .with { $0.also = ["Observation/labelled": labelled] },
        FaultLine("R18 somebody who is not in the Group yet", .bulkExport, .same) { night in
            night.clinic.put(try Resource(parsing: newcomer))
        }.with { $0.also = ["Patient/bob": newcomer] },
        FaultLine("R18 somebody who has left the clinic", .bulkExport, at: "read Group", .same) {
            .keep(
                rewritten($0) {
                    $0.replacing(#""member":["#, with: #""member":[{"entity":{"reference":"Patient/cyd"}},"#)
                })
        },
        FaultLine("R19 an export that is offered and refused", .bulkExport, at: "kickoff", .broken(.remoteRefused)) {
            $0.status(404)
        },
        FaultLine("R19 an export that is offered and unknown", .bulkExport, at: "kickoff", .broken(.remoteFailed)) {
            $0.status(501)
        },
        FaultLine("R19 an export that is offered and refused", .auto, at: "kickoff", .same) { $0.status(403) },
        FaultLine("R19 an export that fails for good", .auto, at: "status", .same) { $0.status(500, fatal) },
        FaultLine("R19 a type that is offered and unknown", .rosterSearch, at: search, .partial(.remoteRefused)) {
            $0.status(404)
        },
        FaultLine("R19 a parameter that is offered and refused", .rosterSearch, at: "search Practitioner", .same) {
            $0.status(400)
        },
    ]

    private static let incomplete = FaultLine.Ending.partial(.remoteSearchIncomplete)
    private static let fatal = #"{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception"}]}"#
    private static let merged = [UInt8](
        #"{"resourceType":"Patient","id":"joe-old","active":false,"link":[{"other":{"reference":"Patient/joe"},"type":"replaced-by"}]}"#
            .utf8)
    private static let newcomer = [UInt8](#"{"resourceType":"Patient","id":"bob","birthDate":"1970-01-01"}"#.utf8)
    private static let labelled = observation(
        "labelled",
        #","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"42CFRPart2"},{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}"#
    )
    private static let large = observation(
        "large", of: "nobody", #","note":[{"text":"\#(String(repeating: "x", count: 8 << 20))"}]"#)
    private static let many = Dictionary(
        uniqueKeysWithValues: (0..<10_000).map { ("Observation/n\($0)", observation("n\($0)", of: "", "")) })
    private static let manyEntries = many.values.map {
        #"{"resource":"# + String(decoding: $0, as: UTF8.self) + "},"
    }.joined()

    private static func observation(_ id: String, of patient: String = "joe", _ rest: String) -> [UInt8] {
        [UInt8](
            #"{"resourceType":"Observation","id":"\#(id)","subject":{"reference":"Patient/\#(patient)"},"status":"final"\#(rest)}"#
                .utf8)
    }

    private static func dated(_ moment: HostileClinic.Moment, _ time: String) -> [UInt8] {
        var answer = moment.honest
        answer.fields = answer.fields.map { $0.replacing("02:15:00", with: time) }
        return answer.wire()
    }
}
