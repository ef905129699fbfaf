import FHIR
import SampleData

/// The sample clinics that may be beside the repository, as nights use them.
enum RealClinics {
    /// All of `clinic-10`: data by one version of Synthea, with contained and conditional references.
    static func ten() throws -> [Resource] { try folder("clinic-10") }

    /// `clinic-100`: its first patients, until they have that many visits, with everything they refer to.
    static func hundred(visits: Int) throws -> [Resource] {
        let all = try folder("clinic-100").filter {
            !["ExplanationOfBenefit", "Group", "ImagingStudy"].contains($0.type)
        }
        var counts: [String: Int] = [:]
        for visit in all where visit.type == "Encounter" { counts[subject(visit), default: 0] += 1 }
        var chosen: Set<String> = []
        var total = 0
        for patient in all where patient.type == "Patient" && total < visits {
            let id = patient.id ?? ""
            chosen.insert(id)
            total += counts[id, default: 0]
        }
        return all.filter { resource in
            if resource.type == "Patient" { return chosen.contains(resource.id ?? "") }
            let subject = subject(resource)
            return subject.isEmpty || chosen.contains(subject)
        }
    }

    /// The reference patients of US Core's and PDex's test kits.
    static func patients() throws -> [Resource] {
        let files = [
            "pdex_bundle_patient_999", "uscore_bundle_patient_355", "uscore_bundle_patient_85",
            "uscore_bundle_patient_client_test",
        ]
        return try files.flatMap { try bundle("us-core-patients/\($0).json") }
    }

    /// A bundle's resources as a server would hold them: URNs become `Type/id`.
    private static func bundle(_ file: String) throws -> [Resource] {
        let entries = try SharedFolder.resource(file)["entry"]?.elements ?? []
        var places: [String: String] = [:]
        for entry in entries {
            guard let url = entry["fullUrl"]?.string, let type = entry["resource"]?["resourceType"]?.string,
                let id = entry["resource"]?["id"]?.string
            else { continue }
            places[url] = "\(type)/\(id)"
        }
        return try entries.compactMap { $0["resource"] }.map { resource in
            var resource = resource
            resource.rewriteReferences { holder in
                guard let text = holder["reference"]?.string, let place = places[text] else { return }
                holder["reference"] = .string(place)
            }
            return try Resource(resource)
        }
    }

    private static func folder(_ name: String) throws -> [Resource] {
        try SharedFolder.files(below: "data/" + name, ending: ".ndjson.gz")
            .flatMap { try SharedFolder.resources("\(name)/\($0)") }
    }

    private static func subject(_ resource: Resource) -> String {
        let text = (resource["subject"] ?? resource["patient"] ?? resource["beneficiary"])?["reference"]?.string ?? ""
        return text.split(separator: "/").last.map(String.init) ?? ""
    }
}
