import FHIR
import Testing

@testable import Pipeline

/// What the Groups of `$bulk-member-match` say (BM-03 … BM-06).
@Suite("Groups of members")
struct MemberGroupsTests {
    private static let all = [
        MatchFiles.group("match", [("a", "Patient/1001")], id: "matched-1"),
        MatchFiles.group("nomatch", [("b", "#b")]), MatchFiles.group("consentconstraint", [("c", "#c")]),
    ]

    @Test(
        "tell who matched, who did not, and who is kept back, as Groups or within Parameters", arguments: [true, false])
    func shapes(asParameters: Bool) throws {
        let names = ["MatchedMembers", "NonMatchedMembers", "ConsentConstrainedMembers"]
        let parts = zip(names, Self.all).map { #"{"name":"\#($0)","resource":\#($1)}"# }
        let parameters = #"{"resourceType":"Parameters","parameter":[\#(parts.joined(separator: ","))]}"#

        let groups = try Self.groups(asParameters ? [parameters] : Self.all)

        #expect(groups.words(of: "a") == [.member("1001")])
        #expect(groups.words(of: "b") == [.nobody])
        #expect(groups.words(of: "c") == [.consentRefused])
        #expect(groups.words(of: "d").isEmpty)
        #expect(groups.matched == ["matched-1"])
        #expect(groups.unclear == 0)
    }

    @Test(
        "a member elsewhere, one that is no Patient, and one that left the Group are no members",
        arguments: ["https://elsewhere.example/Patient/1", "Group/1", "#a", ""])
    func unusable(reference: String) throws {
        #expect(try Self.groups([MatchFiles.group("match", [("a", reference)])]).words(of: "a") == [.unusable])
    }

    @Test("what is said twice and differently is several words, and the same twice is one")
    func several() throws {
        let first = MatchFiles.group("match", [("a", "Patient/1"), ("b", "Patient/2")])
        let second = MatchFiles.group("match", [("a", "Patient/9"), ("b", "Patient/2")])

        let groups = try Self.groups([first, second])

        #expect(groups.words(of: "a").count == 2)
        #expect(groups.words(of: "b") == [.member("2")])
    }

    @Test(
        "what names nobody, a Group of an unknown kind, and what is no Group are unclear, and say nothing",
        arguments: [
            #"{"resourceType":"Patient","id":"a"}"#, MatchFiles.group("maybe", [("a", "Patient/1")]), "{}", "[]",
            #"{"resourceType":"Group","code":{"coding":[{"code":"match"}]},"member":[{"entity":{"reference":"Patient/1"}}]}"#,
            MatchFiles.group("match", [("a", "Patient/1")]).replacing(##""#a""##, with: ##""Patient/a""##),
            MatchFiles.group("match", [("a", "Patient/1")])
                .replacing(#"{"resourceType":"Patient","id":"a"}"#, with: ""),
            MatchFiles.group("match", [("a", "Patient/1")])
                .replacing(#"[{"code":"match"}]"#, with: #"[{"code":"match"},{"code":"nomatch"}]"#),
        ])
    func unclear(line: String) throws {
        let groups = try Self.groups([line])
        #expect(groups.unclear == 1)
        #expect(groups.words.isEmpty)
    }

    private static func groups(_ lines: [String]) throws -> MemberGroups {
        var groups = MemberGroups(base: "https://fhir.med0.example/r4")
        for line in lines { groups.add(try JSONParser.parse(Array(line.utf8))) }
        return groups
    }
}
