import Conformance
import FHIR
import Foundation
import PDex

/// Validates the resources of files one by one, and collects the findings.
struct FileChecker {
    /// A resource that has findings.
    struct Checked {
        /// The file, and the resource or entry in it, counted from 1: `visits.ndjson, resource 12`. Never an id, which
        /// may identify a person.
        let place: String
        let type: String
        let report: ConformanceReport
    }

    private let validator: Validator
    private let profiles: [(url: String, type: String)]
    /// Resources that have errors or warnings, in order.
    private(set) var noted: [Checked] = []
    /// What was not checked, and for how many resources.
    private(set) var unchecked: [String: Int] = [:]
    /// How many resources were read.
    private(set) var total = 0
    /// How many do not conform, or could not be read.
    private(set) var invalid = 0

    init(_ validator: Validator, profiles: [String]) {
        self.validator = validator
        self.profiles = profiles.map { ($0, validator.packages.type(ofProfile: $0) ?? "") }
    }

    /// Validates all resources of a file; throws a usage fault when it cannot be read.
    mutating func check(_ file: String) throws {
        guard let handle = FileHandle(forReadingAtPath: file) else { throw Self.unreadable(file) }
        guard file.hasSuffix(".ndjson") else {
            guard let data = try? handle.read(upToCount: Self.largest + 1), data.count <= Self.largest else {
                throw Self.unreadable(file)
            }
            [UInt8](data).withUnsafeBytes { check(document: $0, file) }
            return
        }
        var splitter = NDJSONSplitter()
        do {
            var resources = 0
            while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
                try data.withUnsafeBytes { chunk in
                    try splitter.append(chunk) { bytes in
                        resources += 1
                        check(document: bytes, "\(file), resource \(resources)")
                    }
                }
            }
            try splitter.finish { check(document: $0, "\(file), resource \(resources + 1)") }
        } catch {
            throw Self.unreadable(file)
        }
    }

    private static let largest = 256 << 20

    private static func unreadable(_ file: String) -> Fault {
        Fault(
            .usage, .stop, "The file \(file) cannot be read.",
            hint: "Name files with resources as JSON of at most 256 MB, or NDJSON with lines of at most 16 MB.")
    }

    private mutating func check(document bytes: UnsafeRawBufferPointer, _ place: String) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes, limits: JSONLimits(bytes: Self.largest))
        } catch {
            note(.unreadable, type: "?", place)
            return
        }
        let type = value["resourceType"]?.string.flatMap { ResourceTypes.contains($0) ? $0 : nil } ?? "?"
        let index = type == "Bundle" ? BundleIndex(value) : nil
        let own = profiles.filter { $0.type == type }.map(\.url)
        note(validator.validate(value, against: own, fullURLs: index), type: type, place)
        guard type == "Bundle", !profiles.isEmpty else { return }
        for (number, entry) in (value["entry"]?.elements ?? []).enumerated() {
            guard let resource = entry["resource"], let type = resource["resourceType"]?.string else { continue }
            let wanted = profiles.filter { $0.type == type }.map(\.url)
            guard !wanted.isEmpty else { continue }
            let report = validator.validate(resource, against: wanted, fullURLs: index)
            note(report, type: type, "\(place), entry \(number + 1)")
        }
    }

    private mutating func note(_ report: ConformanceReport, type: String, _ place: String) {
        total += 1
        if !report.isConformant { invalid += 1 }
        for finding in report.findings where finding.severity == .information {
            unchecked[finding.message, default: 0] += 1
        }
        if report.findings.contains(where: { $0.severity != .information }) {
            noted.append(Checked(place: place, type: type, report: report))
        }
    }
}
