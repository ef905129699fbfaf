import Conformance
import FHIR

@testable import Pipeline

/// A validator of everything that a night sends, in addition to the gate that let it pass.
enum Judge: String, CaseIterable {
    /// The profile sheets, by what a resource claims.
    case sheets
    /// The guides' packages, by what a resource claims, on the whole bundle.
    case claims
    /// US Core 7.0.0, whatever version of US Core it claims.
    case usCore7 = "US Core 7.0.0"
    /// PDex 2.0.0, whatever version of PDex it claims.
    case pdex20 = "PDex 2.0.0"
    /// PDex 2.2.0 likewise.
    case pdex22 = "PDex 2.2.0"
    /// FHIR R4 itself: the definition of its type.
    case r4 = "R4"

    /// Whether it judges what a set makes: US Core 3.1.1 does not conform to 7.0.0, nor do dispenses of one PDex to the
    /// other.
    func judges(_ set: String) -> Bool {
        switch self {
        case .sheets, .claims, .r4: true
        case .usCore7: set != "us-core-3.1.1"
        case .pdex20: set != "pdex-2.2.0"
        case .pdex22: set != "pdex"
        }
    }

    /// The errors of a bundle, by place and rule.
    func errors(of bundle: JSONValue) throws -> [String] {
        let index = BundleIndex(bundle)
        if self == .claims {
            return try GateFiles.packages().validate(bundle, fullURLs: index).errors
                .map { "\($0.rule) \(Self.place(of: $0, in: bundle)) \($0.message)" }
        }
        return try (bundle["entry"]?.elements ?? []).compactMap { $0["resource"] }
            .flatMap { try errors(of: $0, index) }
            .map { "\($0.rule) \(GateRemark(key: nil, $0).kind) \($0.message)" }
    }

    private func errors(of resource: JSONValue, _ index: BundleIndex) throws -> [Finding] {
        let (validator, profiles): (Validator, [String])
        switch self {
        case .sheets: (validator, profiles) = (GateFiles.sheetsOnly, [])
        case .claims: return []
        case .usCore7:
            validator = try GateFiles.nextPackages()
            profiles = Self.claims(of: resource, "http://hl7.org/fhir/us/core/")
        case .pdex20: (validator, profiles) = (try GateFiles.olderPackages(), Self.pdexClaims(of: resource))
        case .pdex22: (validator, profiles) = (try GateFiles.packages(), Self.pdexClaims(of: resource))
        case .r4:
            let type = resource["resourceType"]?.string ?? ""
            (validator, profiles) = (try GateFiles.packages(), ["http://hl7.org/fhir/StructureDefinition/\(type)"])
        }
        guard self == .sheets || !profiles.isEmpty else { return [] }
        return validator.validate(resource, against: profiles, fullURLs: index).errors
    }

    private static func pdexClaims(of resource: JSONValue) -> [String] {
        claims(of: resource, "http://hl7.org/fhir/us/davinci-pdex/")
    }

    /// What it claims below an address, without versions.
    private static func claims(of resource: JSONValue, _ address: String) -> [String] {
        (resource["meta"]?["profile"]?.elements ?? []).compactMap(\.string).filter { $0.hasPrefix(address) }
            .map { String($0.prefix { $0 != "|" }) }
    }

    /// The place of a finding in its entry: `Observation.code`.
    private static func place(of finding: Finding, in bundle: JSONValue) -> String {
        let parts = finding.path.split(separator: "]", maxSplits: 1)
        let number = parts.first.flatMap { Int($0.drop { $0 != "[" }.dropFirst()) } ?? 0
        let type = bundle["entry"]?[number]?["resource"]?["resourceType"]?.string ?? "?"
        return type + (parts.count > 1 ? String(parts[1]) : "")
    }
}
