import FHIR

@testable import Pipeline

extension FuzzTarget {
    /// In a Group of the clinic, every member not inactive is a Patient there or counted as unlinked. A Group of the
    /// payer gives answers only about those submitted in it, and reading it again adds nothing.
    static let group = FuzzTarget(
        name: "group",
        seeds: [
            #"{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/1"}},"#
                + #"{"entity":{"reference":"https://c.example/r4/Patient/2"},"inactive":true},"#
                + #"{"entity":{"identifier":{"value":"3"}},"inactive":false}]}"#,
            #"{"resourceType":"Group","member":{"entity":{"reference":"HTTPS://C.example:443/r4//Patient/1/_history/2"}}}"#,
            #"{"resourceType":"Group","characteristic":[{"code":{"text":"all"}}],"member":[]}"#,
            payersGroup("match"),
            #"{"resourceType":"Parameters","parameter":[{"name":"NonMatchedMembers","resource":"#
                + payersGroup("nomatch")
                + #"},{"name":"ConsentConstrainedMembers","resource":"# + payersGroup("consentconstraint") + "}]}",
        ]
    ) { input in
        guard let resource = try? Resource(parsing: Array(input)) else { return }
        readAsTheClinics(resource)
        readAsThePayers(.object(resource.json))
    }

    private static let base = "https://c.example/r4"

    private static func payersGroup(_ code: String) -> String {
        #"{"resourceType":"Group","id":"m","code":{"coding":[{"code":""# + code + #""}]},"#
            + #""contained":[{"resourceType":"Patient","id":"a"}],"member":[{"entity":{"reference":"Patient/9","#
            + #""extension":[{"url":"http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-parameters","#
            + ##""valueReference":{"reference":"#a"}}]}}]}"##
    }

    private static func readAsTheClinics(_ group: Resource) {
        let members = group["member"]?.elements ?? []
        guard let read = GroupMembers(group, base: base) else {
            return promise(members.isEmpty, "a list of members is passed over")
        }
        let present = members.count { $0["inactive"] != .bool(true) }
        promise(read.patients.count + read.unlinked == present, "a member is missing or made up")
        promise(read.unlinked >= 0 && read.patients.allSatisfy(Resource.isID), "a member has no id")
        let text = String(decoding: group.serialized(), as: UTF8.self)
        promise(read.patients.allSatisfy(text.contains), "an id stands nowhere in the Group")
    }

    private static func readAsThePayers(_ json: JSONValue) {
        var groups = MemberGroups(base: base)
        groups.add(json)
        var again = groups
        again.add(json)
        promise(
            again.words == groups.words && again.matched == groups.matched, "the second reading says something else")
        promise(again.unclear == 2 * groups.unclear, "what is unclear is counted differently")
        let submitted = containedPatients(json)
        promise(groups.words.keys.allSatisfy(submitted.contains), "somebody is told who was not submitted")
        promise(groups.matched.allSatisfy(Resource.isID), "a Group without an id is asked for")
    }

    private static func containedPatients(_ json: JSONValue) -> Set<String> {
        let groups = [json] + (json["parameter"]?.elements ?? []).compactMap { $0["resource"] }
        return Set(
            groups.flatMap { $0["contained"]?.elements ?? [] }.filter { $0["resourceType"]?.string == "Patient" }
                .compactMap { $0["id"]?.string })
    }
}
