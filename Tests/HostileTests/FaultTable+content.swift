import PDex
import PDexTesting

extension FaultTable {
    /// The faults of content: FHIR, JSON and NDJSON.
    static let content: [FaultLine] =
        malformed.flatMap { name, line in
            [("first", 0), ("in the middle", 2), ("last", Int.max)].map { place, index in
                FaultLine("\(name), \(place)", .bulkExport, .partial(.clinicMalformedLine)) {
                    $0.clinic.stray(line, at: index)
                }
            }
        }
        + unusual.map { name, line, id in
            FaultLine(name, .bulkExport, .same) { $0.clinic.stray([UInt8](line.utf8)) }
                .with { $0.also = ["Observation/\(id)": [UInt8](line.utf8)] }
        } + [
            FaultLine("R1 no final line feed", .bulkExport, at: "file Observation", .same) { moment in
                .keep(rebodied(moment) { Array($0.dropLast()) })
            },
            FaultLine("R1 CRLF and blank lines", .bulkExport, at: "file Observation", .same) { moment in
                .keep(rebodied(moment) { $0.flatMap { $0 == 10 ? [13, 10, 13, 10, 10, 32, 9, 10] : [$0] } })
            },
            FaultLine("R1 a BOM", .bulkExport, at: "file Observation", .partial(.clinicMalformedLine)) { moment in
                .keep(rebodied(moment) { [0xEF, 0xBB, 0xBF] + $0 })
            },
            FaultLine("R1 a last line cut off", .bulkExport, at: "file Observation", .partial(.remoteIncomplete)) {
                .keep(rebodied($0) { Array($0.dropLast(9)) })
            },
            FaultLine("R2 the same line twice", .bulkExport, at: "file Condition", .partial(.clinicCountMismatch)) {
                moment in .keep(rebodied(moment) { $0 + $0 })
            },
            FaultLine("R3 another type in the file", .bulkExport, .partial(.clinicWrongType)) {
                $0.clinic.stray([UInt8](#"{"resourceType":"Condition","id":"stray","subject":{}}"#.utf8))
            },
            FaultLine("R3 a file under another name", .bulkExport, at: "file Condition", .partial(.clinicWrongType)) {
                moment in
                .keep(
                    rebodied(moment) {
                        String(decoding: $0, as: UTF8.self).replacing("Condition", with: "Basic").utf8.map { $0 }
                    })
            },
            FaultLine("R8 an error beside the files", .bulkExport, .partial(.clinicExportFailed)) {
                $0.clinic.outcome("error")
            },
            FaultLine("R8 an outcome of no known severity", .bulkExport, .partial(.clinicExportFailed)) {
                $0.clinic.outcome("dreadful")
            },
            FaultLine("R8 a warning beside the files", .bulkExport, .same) { $0.clinic.outcome("warning") },
            FaultLine("R11 a deletion of what never came", .bulkExport, .same) {
                $0.clinic.delete("Observation/joe-more-2")
            }
            .with { $0.gone = ["Observation/joe-more-2"] },
            FaultLine("R11 410 for a search on what can be read", .rosterSearch, at: "search Practitioner", .same) {
                $0.status(410)
            },
            FaultLine("R11 410 for what is referred to", .rosterSearch, .same) { night in
                night.clinic.play { $0.place.hasSuffix(" Practitioner") ? $0.status(410) : nil }
            }.with { $0.gone = ["Practitioner/dr-hale"] },
        ]

    private static let malformed: [(String, [UInt8])] = [
        ("R1 half a line", [UInt8](#"{"resourceType":"Observation","id":"#.utf8)),
        ("R1 no JSON", [UInt8]("sorry".utf8)), ("R1 an array", [UInt8]("[]".utf8)),
        ("R1 a NUL", [UInt8](#"{"resourceType":"Observation","id":"stray"#.utf8) + [0] + [UInt8](#""}"#.utf8)),
        ("R1 no id", [UInt8](#"{"resourceType":"Observation","status":"final"}"#.utf8)),
        ("R7 wrong UTF-8", [UInt8](#"{"resourceType":"Observation","id":"s","x":""#.utf8) + [0xC3, 0x28, 0x22, 0x7D]),
        ("R7 a lone surrogate", [UInt8](#"{"resourceType":"Observation","id":"s","x":"\ud800"}"#.utf8)),
        ("R7 a control character", [UInt8](#"{"resourceType":"Observation","id":"s","x":""#.utf8) + [1, 0x22, 0x7D]),
        ("R6 a key twice", [UInt8](#"{"resourceType":"Observation","id":"s","id":"t"}"#.utf8)),
        (
            "R4 nested too deep",
            [UInt8](#"{"resourceType":"Observation","id":"s","x":"#.utf8)
                + [UInt8](repeating: 0x5B, count: 500) + [UInt8](repeating: 0x5D, count: 500) + [0x7D]
        ),
    ]

    private static func odd(_ name: String, _ id: String, _ rest: String) -> (String, String, String) {
        (name, #"{"resourceType":"Observation","id":"\#(id)",\#(rest)}"#, id)
    }

    private static let joe = #""subject":{"reference":"Patient/joe"},"status":"final""#

    private static let unusual: [(String, String, String)] = [
        odd(
            "R4 a resource of two megabytes", "big",
            joe + #","note":[{"text":"\#(String(repeating: "x", count: 2 << 20))"}]"#),
        odd("R5 a dangling reference", "s", joe + #","encounter":{"reference":"Encounter/nowhere"}"#),
        odd(
            "R5 a contained reference", "s",
            joe + ##","contained":[{"resourceType":"Practitioner","id":"c"}],"performer":[{"reference":"#c"}]"##),
        odd("R5 a versioned reference", "s", #""subject":{"reference":"Patient/joe/_history/3"},"status":"final""#),
        odd("R5 a circle of references", "s", joe + #","hasMember":[{"reference":"Observation/s"}]"#),
        odd(
            "R5 a reference elsewhere", "s",
            joe + #","performer":[{"reference":"https://other.example/Practitioner/1"}]"#),
        odd(
            "R6 unknown elements", "s", joe + #","unknown":{"x":[1,{"y":null}]},"_status":{"extension":[{"url":"x"}]}"#),
        odd("R6 a modifier extension", "s", joe + #","modifierExtension":[{"url":"urn:x","valueBoolean":true}]"#),
        odd(
            "R7 decimals as written", "s",
            joe + #","valueQuantity":{"value":1.00,"low":1E-400,"high":123456789012345678901234567890.10}"#),
        odd("R7 a partial date", "s", joe + #","effectiveDateTime":"2026""#),
        odd("R7 a leap second", "s", joe + #","effectiveDateTime":"2016-12-31T23:59:60Z""#),
        odd("R7 a day that is none", "s", joe + #","effectiveDateTime":"2026-02-31""#),
    ]

    private static func rebodied(_ moment: HostileClinic.Moment, _ change: ([UInt8]) -> [UInt8]) -> [UInt8] {
        var answer = moment.honest
        answer.body = change(answer.body)
        return answer.wire()
    }
}
