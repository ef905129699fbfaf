import FHIR
import Foundation
import Mappings
import PDex
import PDexTesting
import SampleData
import Testing

@Suite(
    "The lists of what is sensitive, held against real charts",
    .enabled(if: SharedFolder.hasData, "the test data beside the repository is not on this machine"))
struct ListedCodesTests {
    private static let words =
        #"suicid|overdose|alcohol|opioid dep|heroin|cocaine|drug (abuse|dep|screen)|misuse|depress|anxiety|schizo|bipolar|psychi"#
        + #"|posttraumatic|violence|abuse|HIV|immunodef|abortion|miscarr|contracep|vasectomy|sterili|sexual|chlamyd|gonorr|syphil"#

    @Test(
        "a code whose name speaks of what a list is about is on a list; drugs by their packages are not claimed to be",
        arguments: ["clinic-10", "clinic-100"])
    func named(folder: String) throws {
        let words = try Regex(Self.words).ignoresCase()
        let mappings = URL(filePath: usCoreMappings).deletingLastPathComponent().path
        let lists = try SensitivityFolder.load(mappings: mappings, digests: .standIn)
        let sensitivity = Sensitivity(lists.categories, mark: lists.mark)
        var missing: Set<String> = []
        for type in ["CarePlan", "Condition", "Encounter", "Procedure"] {
            let file = "\(folder)/\(type).ndjson.gz"
            guard SharedFolder.has("data/" + file) else { continue }
            for resource in try SharedFolder.resources(file) {
                for coding in Self.codings(in: .object(resource.json)) {
                    guard let name = coding["display"]?.string, name.contains(words) else { continue }
                    let one = try Resource(["resourceType": "Basic", "code": ["coding": [coding]]])
                    if sensitivity.look(at: one).finding == nil { missing.insert(name) }
                }
            }
        }
        #expect(missing == [])
    }

    private static func codings(in json: JSONValue) -> [JSONValue] {
        switch json {
        case .array(let elements): return elements.flatMap(codings)
        case .object(let object):
            let inside = object.members.flatMap { codings(in: $0.value) }
            return object["system"] != nil && object["code"] != nil ? inside + [json] : inside
        default: return []
        }
    }
}
