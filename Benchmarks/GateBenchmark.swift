import Conformance
import FHIR
import FHIRClient
import Foundation
import Mappings
import PDex

/// What a resource costs from its tree to a bundle's entry, and in the gate; beside parsing alone in the same run.
struct GateBenchmark {
    let lines: [[UInt8]]
    /// CPU seconds of parsing all lines.
    let parsing: Double

    func run() async throws {
        let digests = Digests { SHA256.hash($0) }
        let set = try MappingSet.load(directory: "mappings/us-core-6.1.0", digests: digests)
        let context = MappingContext(
            clinicBase: "https://fhir.clinic0.example/r4", clinicIdentifierSystem: "https://clinic0.example/fhir-id",
            payerName: "med0")
        let resources = try lines.map { try Resource(parsing: $0) }
        let mapped = resources.compactMap { resource -> (json: JSONValue, profile: String)? in
            guard case .mapped(let result, let profile, _) = set.map(resource, in: context) else { return nil }
            return (.object(result.json), profile)
        }
        report(
            "map and write",
            await cpuSeconds {
                for resource in resources {
                    guard case .mapped(let result, _, _) = set.map(resource, in: context) else { continue }
                    var json = JSONValue.object(result.json)
                    json.rewriteReferences { holder in holder["reference"] = holder["reference"] }
                    _ = json.serialized()
                }
            })
        let sheets = try ProfileSheets.load(folder: "mappings/profile-sheets", digests: digests)
        await gate("gate with sheets", Validator(PackageSet([]), sheets: sheets), mapped)
        // PDEX_PACKAGES is a folder of packages beside ~/.fhir/packages.
        let folders = [ProcessInfo.processInfo.environment["PDEX_PACKAGES"], NSHomeDirectory() + "/.fhir/packages"]
        let finder = PackageFinder(folders: folders.compactMap(\.self))
        guard let packages = try? finder.load(["hl7.fhir.us.core#6.1.0"]) else {
            print(Row.text("gate with packages", "not measured: no hl7.fhir.us.core#6.1.0", "", ""))
            return
        }
        await gate("gate with packages", Validator(packages), mapped)
    }

    private func gate(_ name: String, _ validator: Validator, _ mapped: [(json: JSONValue, profile: String)]) async {
        // Profiles are compiled at the first resource.
        for item in mapped.prefix(10) { _ = validator.validate(item.json, against: [item.profile]) }
        report(
            name,
            await cpuSeconds {
                for item in mapped { _ = validator.validate(item.json, against: [item.profile]) }
            })
    }

    private func report(_ name: String, _ seconds: Double) {
        print(
            Row.text(
                name, "\(Row.whole(Double(lines.count) / seconds)) resources per CPU s",
                "\(Row.number(seconds / Double(lines.count) * 1e6)) µs a resource",
                "\(Row.number(seconds / parsing)) x parsing alone"))
    }
}
