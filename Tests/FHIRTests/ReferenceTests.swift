import FHIR
import SampleData
import Testing

@Suite("A reference")
struct ReferenceTests {
    @Test(
        "is told by its form",
        arguments: [
            ("Patient/1", .local(type: "Patient", id: "1", version: nil)),
            ("Patient/1/_history/2", .local(type: "Patient", id: "1", version: "2")),
            ("https://h.org/r4/Patient/1", .absolute(base: "https://h.org/r4", type: "Patient", id: "1", version: nil)),
            ("http://h/Patient/a.b/_history/2", .absolute(base: "http://h", type: "Patient", id: "a.b", version: "2")),
            ("HTTPS://H:8443/a/b/Group/g", .absolute(base: "HTTPS://H:8443/a/b", type: "Group", id: "g", version: nil)),
            ("#p1", .contained(id: "p1")), ("#", .contained(id: "")),
            ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", .urn("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0")),
            ("urn:oid:1.2.3", .urn("urn:oid:1.2.3")),
            ("Practitioner?identifier=http://x|9", .conditional(type: "Practitioner", query: "identifier=http://x|9")),
        ] as [(String, Reference)])
    func hasAForm(text: String, reference: Reference) {
        #expect(Reference(parsing: text) == reference)
        #expect(Reference(parsing: text).text == text)
    }

    @Test(
        "of no known form is kept as it is, and never names anything",
        arguments: [
            "", "Patient", "Patient/", "/Patient/1", "patient/1", "Patient/1/", "Patient//1", "Patient/1#x",
            "Patient/1?x=y",
            "a/b/Patient/1", "Patient/1/_history/", "Patient/1/history/2", "Patient/a b", "Patient/ä", "#a b",
            "ftp://h/Patient/1",
            "https:///Patient/1", "https://h", "https://h/", "https://h/x?y=/Patient/1", "https://h/#/Patient/1",
            "https://h\\@evil/Patient/1", "https://h /Patient/1", "https://h/r4/patient/1", "Practitioner?",
            "?identifier=x",
            "Patient/\(String(repeating: "a", count: 65))", "javascript:alert(1)", "Patient/1\n",
        ])
    func isOpaque(text: String) {
        #expect(Reference(parsing: text) == .opaque(text))
        #expect(Reference(parsing: text).type == nil && Reference(parsing: text).id == nil)
    }

    @Test("gives back its text whatever it was", arguments: 0..<200 as Range<UInt64>)
    func givesBackItsText(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let pieces = [
            "Patient", "/", "1", "_history", "#", "urn:", "https://", "h", "?", "=", "é", " ", ".", "\u{301}", "|",
        ]
        let text = (0..<8).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        #expect(Array(Reference(parsing: text).text.utf8) == Array(text.utf8))
    }

    @Test("names type and id where its form has them")
    func namesTypeAndID() {
        let forms = ["Patient/1", "https://h/Patient/1", "Patient?x=y", "#p", "urn:x"].map { Reference(parsing: $0) }
        #expect(forms.map(\.type) == ["Patient", "Patient", "Patient", nil, nil])
        #expect(forms.map(\.id) == ["1", "1", nil, "p", nil])
    }

    @Test(
        "on the server's own base becomes local",
        arguments: [
            ("https://h.org/r4/Patient/1", "https://h.org/r4"), ("https://h.org/r4/Patient/1", "https://h.org/r4/"),
            ("https://h.org:443/r4/Patient/1", "https://h.org/r4//"),
            ("https://H.org/r4/Patient/1", "HTTPS://h.ORG:443/r4"),
            ("http://h.org/Patient/1", "http://h.org:80"), ("http://h.org/Patient/1", "http://h.org/"),
        ])
    func becomesLocal(text: String, base: String) {
        #expect(Reference(parsing: text).relative(to: base) == .local(type: "Patient", id: "1", version: nil))
    }

    @Test(
        "elsewhere stays what it is",
        arguments: [
            ("https://h.org/r4/Patient/1", "https://h.org/R4"), ("https://h.org/r4/Patient/1", "http://h.org/r4"),
            ("https://h.org/r4/Patient/1", "https://h.org"), ("https://h.org.evil/Patient/1", "https://h.org"),
            ("https://h.org:8443/Patient/1", "https://h.org"), ("http://h.org:443/Patient/1", "http://h.org"),
            ("Patient/1", "https://h.org"), ("#1", "https://h.org"), ("https://h.org/Patient/1", ""),
        ])
    func staysElsewhere(text: String, base: String) {
        #expect(Reference(parsing: text).relative(to: base) == Reference(parsing: text))
    }

    @Test(
        "by identifier gives the token, its escapes undone",
        arguments: [
            ("identifier=http://npi|99", "http://npi", "99"), ("identifier=99", nil, "99"),
            ("identifier=|99", nil, "99"),
            ("identifier=http%3A%2F%2Fnpi%7C99", "http://npi", "99"), (#"identifier=s|a\|b\,c"#, "s", "a|b,c"),
            ("identifier=s|a+b%20c", "s", "a+b c"), ("identifier=s|%C3%A9", "s", "é"), ("identifier=s|a=b", "s", "a=b"),
        ] as [(String, String?, String)])
    func givesTheToken(query: String, system: String?, value: String) throws {
        let token = try #require(Reference.identifierToken(inQuery: query))
        #expect(token.system == system)
        #expect(token.value == value)
    }

    @Test(
        "by anything else gives no token",
        arguments: [
            "", "identifier=", "identifier=s|", "identifier=s|a|b", "identifier=s|a,s|b", "identifier=s|a&active=true",
            "identifier=s|a&identifier=s|b", "name=x", "identifier:exact=x", "identifier=s|%", "identifier=s|%4",
            "identifier=s|%zz",
            "identifier=s|%FF", #"identifier=s|a\"#, "active=true&identifier=s|a", "identifier=s|a&\u{301}",
        ])
    func givesNoToken(query: String) {
        #expect(Reference.identifierToken(inQuery: query) == nil)
    }
}

@Suite("References within a resource")
struct ReferenceWalkTests {
    private let resource: JSONValue = [
        "resourceType": "Observation",
        "contained": [["resourceType": "Device", "owner": ["reference": "Organization/o"]]],
        "subject": ["reference": "Patient/1", "identifier": ["assigner": ["reference": "Organization/a"]]],
        "performer": [["reference": "#d"], ["display": "nobody"], ["reference": ["not": "text"]]],
        "extension": [["url": "http://x/reference", "valueString": "reference"]],
    ]

    @Test("are all met, in order, contained ones too")
    func areMet() {
        var met: [String] = []
        resource.forEachReference { met.append($0) }
        #expect(met == ["Organization/o", "Patient/1", "Organization/a", "#d"])
    }

    @Test("can be rewritten, and nothing else changes")
    func areRewritten() {
        var rewritten = resource
        rewritten.rewriteReferences { holder in
            holder["reference"] = .string("X/" + (holder["reference"]?.string ?? ""))
        }

        let expected = resource.serialized(pretty: false)
            .replacing("Organization/", with: "X/Organization/").replacing("Patient/1", with: "X/Patient/1")
            .replacing("#d", with: "X/#d")
        #expect(rewritten.serialized(pretty: false) == expected)
    }

    @Test("that are put in are not visited again")
    func areVisitedOnce() {
        var value: JSONValue = ["reference": "a"]
        value.rewriteReferences { $0["again"] = ["reference": "b"] }
        #expect(value == ["reference": "a", "again": ["reference": "b"]])
    }

    @Test("are written as if they had been rewritten first", arguments: 0..<200 as Range<UInt64>)
    func areWritten(seed: UInt64) {
        var generator = JSONGenerator(seed: seed)
        let value = generator.referring(levels: 5)
        var rewritten = value
        var met: [String] = []
        var written = JSONOutput()
        var metAgain: [String] = []

        rewritten.rewriteReferences { Self.rewrite(&$0, &met) }
        value.write(into: &written) { Self.rewrite(&$0, &metAgain) }

        #expect(written.bytes == rewritten.serialized())
        #expect(metAgain == met)
    }

    /// Renames, removes or replaces, depending on what is there.
    private static func rewrite(_ holder: inout JSONObject, _ met: inout [String]) {
        let text = holder["reference"]?.string ?? ""
        met.append(text)
        switch text.utf8.count % 4 {
        case 0: holder["reference"] = .string("X/" + text)
        case 1: holder["reference"] = nil
        case 2: holder = ["masked": ["reference": "again"]]
        default: break
        }
    }

    @Test("stay as they are when nothing is rewritten", arguments: 0..<100 as Range<UInt64>)
    func stay(seed: UInt64) {
        var generator = JSONGenerator(seed: seed)
        let value = generator.value(levels: 6)
        var walked = value
        walked.rewriteReferences { _ in }
        #expect(walked == value)
    }
}
