import FHIR
import PDex
import PDexTesting

/// A clinic or a payer that talks about people wherever it can.
struct Talk: Sendable, CustomStringConvertible {
    let description: String
    let method: ExchangeTerms.Selection.Method
    let prepare: @Sendable (HostileNight) throws -> Void

    init(
        _ description: String, _ method: ExchangeTerms.Selection.Method,
        _ prepare: @escaping @Sendable (HostileNight) throws -> Void
    ) {
        self.description = description
        self.method = method
        self.prepare = prepare
    }

    /// An OperationOutcome that has a person in every field.
    static let outcome: JSONValue = [
        "resourceType": "OperationOutcome", "id": .string(Canary.word),
        "text": ["status": "generated", "div": .string(Canary.sentence)],
        "issue": [
            [
                "severity": .string("error"), "code": .string(Canary.word), "diagnostics": .string(Canary.sentence),
                "details": [
                    "text": .string(Canary.sentence),
                    "coding": [["code": .string(Canary.word), "display": .string(Canary.sentence)]],
                ],
                "expression": [
                    .string(Canary.word), .string("Patient.name." + Canary.word), .string(Canary.sentence),
                    .string("Patient.where(name='\(Canary.word)')"),
                ],
                "location": [.string("/f:" + Canary.word)],
            ],
            ["severity": .string(Canary.word), "code": .string(Canary.sentence)],
        ],
    ]

    private static let text = String(decoding: outcome.serialized(), as: UTF8.self)
    private static let places: [(String, ExchangeTerms.Selection.Method)] = [
        ("metadata", .bulkExport), ("configuration", .bulkExport), ("token", .bulkExport), ("kickoff", .bulkExport),
        ("status", .bulkExport), ("file Observation", .bulkExport), ("read Group", .bulkExport),
        ("search Observation", .rosterSearch), ("page Observation", .rosterSearch),
        ("search Practitioner", .rosterSearch),
    ]

    /// Every place with every status.
    static let answers: [Talk] = places.flatMap { place, method in
        [200, 400, 401, 403, 404, 410, 422, 429, 500, 503].map { status in
            Talk("\(place) answered \(status) with talk", method) { night in
                night.clinic.play {
                    $0.place == place
                        ? $0.status(status, text, "X-Progress: \(Canary.sentence)", "Location: /\(Canary.word)") : nil
                }
            }
        }
    }

    /// Talk in what is read, and in answers to bundles.
    static let elsewhere: [Talk] = [
        Talk("a malformed line", .bulkExport) {
            $0.clinic.stray([UInt8](#"{"resourceType":"Observation","note":"\#(Canary.sentence)","id":"#.utf8))
        },
        Talk("a type that is a name", .bulkExport) {
            $0.clinic.stray([UInt8](#"{"resourceType":"\#(Canary.word)","id":"\#(Canary.word)"}"#.utf8))
        },
        Talk("a manifest whose types are names", .bulkExport) { night in
            night.clinic.play { moment in
                guard moment.place == "status" else { return nil }
                var answer = moment.honest
                answer.body = [UInt8](
                    String(decoding: answer.body, as: UTF8.self)
                        .replacing(#""type":"Condition""#, with: #""type":"\#(Canary.word)""#)
                        .replacing(#""type":"Encounter""#, with: #""type":"\#(Canary.sentence)""#).utf8)
                return .keep(answer.wire())
            }
        },
        Talk("a manifest whose types are names, and files that break off", .bulkExport) { night in
            night.clinic.play { moment in
                if moment.place == "file Condition" { return .close(moment.half()) }
                guard moment.place == "status" else { return nil }
                var answer = moment.honest
                answer.body = [UInt8](
                    String(decoding: answer.body, as: UTF8.self)
                        .replacing(#""type":"Condition""#, with: #""type":"\#(Canary.word)""#).utf8)
                return .keep(answer.wire())
            }
        },
        Talk("a count that is wrong and a type that is a name", .bulkExport) { night in
            night.clinic.play { moment in
                guard moment.place == "status" else { return nil }
                var answer = moment.honest
                answer.body = [UInt8](
                    String(decoding: answer.body, as: UTF8.self)
                        .replacing(
                            #""type":"Condition","#,
                            with: #""type":"\#(Canary.word)","count":99,"x":"#
                                + "\""
                        ).utf8)
                return .keep(answer.wire())
            }
        },
        Talk("a token refusal that echoes the assertion", .bulkExport) { night in
            night.clinic.play { moment in
                guard moment.place == "token" else { return nil }
                let assertion = moment.request.parameter("client_assertion") ?? ""
                return moment.status(
                    400, #"{"error":"\#(assertion)","error_description":"\#(assertion) \#(Canary.sentence)"}"#)
            }
        },
        Talk("a scope that is a person", .bulkExport) { night in
            night.clinic.play { moment in
                guard moment.place == "token" else { return nil }
                return moment.status(
                    200,
                    #"{"access_token":"secret-token-1","token_type":"bearer","scope":"system/\#(Canary.word).rs"}"#)
            }
        },
        Talk("a page that says its filter was somebody", .rosterSearch) { night in
            night.clinic.play { moment in
                guard moment.place == "search Observation" else { return nil }
                return moment.status(
                    200,
                    #"{"resourceType":"Bundle","type":"\#(Canary.word)","link":[{"relation":"next","url":"http://\#(Canary.word)@x/"}]}"#
                )
            }
        },
        Talk("a next link with a person in it", .rosterSearch) { night in
            night.clinic.play { moment in
                guard moment.place == "search Observation" else { return nil }
                return moment.status(
                    200,
                    #"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"\#(moment.base)1/x?name=\#(Canary.word)"}]}"#
                )
            }
        },
        Talk("a visit that cannot be mapped", .bulkExport) { night in
            night.clinic.play { moment in
                guard moment.place == "file Encounter" else { return nil }
                var answer = moment.honest
                answer.body = [UInt8](
                    String(decoding: answer.body, as: UTF8.self)
                        .replacing(#""status":"finished""#, with: #""status":"\#(Canary.word)""#)
                        .replacing(#""class""#, with: #""\#(Canary.word)""#).utf8)
                return .keep(answer.wire())
            }
        },
        Talk("a patient without a name", .bulkExport) { night in
            night.clinic.play { moment in
                guard moment.place == "file Patient" else { return nil }
                var answer = moment.honest
                answer.body = [UInt8](
                    String(decoding: answer.body, as: UTF8.self).replacing(#""name""#, with: #""\#(Canary.word)""#)
                        .utf8)
                return .keep(answer.wire())
            }
        },
        Talk("two who could be meant", .bulkExport) { night in
            for number in 1...2 {
                let twin = NamedMember(
                    "twin\(number)", "Quillonjo", "Zanthorpe", born: "1931-03-17", memberID: "QZM-77123901")
                for record in try twin.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
                    night.night.payer.put(record)
                }
            }
        },
        Talk("a consent that cannot be read", .bulkExport) {
            $0.night.payer.stray = [#"{"resourceType":"Consent","id":"\#(Canary.sentence)"}"#]
        },
    ]

    /// Answers to bundles.
    static let payer: [Talk] =
        [200, 400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 503].map { status in
            Talk("the payer answers \(status) with talk", .bulkExport) {
                $0.night.payer.reply(.say(status, outcome), .say(status, outcome))
            }
        }
        + [201, 422, 503].map { status in
            Talk("the payer answers entries with \(status) and talk", .bulkExport) { night in
                let entry: JSONValue = [
                    "response": [
                        "status": .string("\(status) \(Canary.word)"),
                        "location": .string("Patient/x1/_history/1?name=\(Canary.word)&about=\(Canary.sentence)"),
                        "outcome": outcome,
                    ]
                ]
                night.night.payer.reply(.sayOfEach(entry), .sayOfEach(entry), .sayOfEach(entry))
            }
        }
}
