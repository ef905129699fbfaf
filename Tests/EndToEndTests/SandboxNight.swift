import FHIR
import Foundation
import Jobs
import PDex
import Pipeline
import SampleData
import Sandbox

@testable import PDexCLI

/// A folder, a sandbox on loopback ports, and the same wiring as in the `pdex` command.
struct SandboxNight: Sendable {
    let folder: SandboxFolder
    let sandbox: SandboxServers
    let operations: Operations
    let store: any Store
    /// Where its job file is.
    let jobs: String

    /// Accepts a demand for one patient and answers it at once.
    func answer(_ patient: String) async throws -> RunReport {
        let job = try JobFile.load(path: "\(jobs)/\(Self.job).yaml")
        return try await operations.answer(operations.accept(MemberDemand(patient: patient), by: job).id)
    }

    static let job = "whole-clinic-sync"

    /// Everything that the mapping set maps, and types that it does not, which must be counted, too.
    static let types = [
        "Patient", "Encounter", "Condition", "Observation", "Procedure", "MedicationRequest", "Immunization",
        "DiagnosticReport", "DocumentReference", "AllergyIntolerance", "Device", "CarePlan", "CareTeam", "Goal",
        "Specimen", "ServiceRequest", "RelatedPerson", "Media", "MedicationDispense", "QuestionnaireResponse",
    ]

    /// Runs `body` against a clinic of `data`, or of an invented population when nil. A payer without members is for
    /// tests of only the pull: nothing is mapped for anybody.
    static func with<Value: Sendable>(
        data: String?, in path: String, by: String = "bulk-export", maxEntries: Int = 200,
        knowsMembers: Bool = true, members: Int = 50,
        rules: [String] = ["member-id", "subscriber-id", "demographics"],
        delivery: ExchangeTerms.Delivery.Kind = .transaction, match: String? = nil, packages: [String] = [],
        retraction: ExchangeTerms.Retraction = .enteredInError,
        servesFiles: Bool = true, retry: String = "",
        changing change: (inout SandboxOptions) -> Void = { _ in },
        _ body: @Sendable (SandboxNight) async throws -> Value
    ) async throws -> Value {
        let folder = SandboxFolder(path: path)
        let now = SystemClock().now()
        var settings = SandboxSettings(asOf: now.adding(milliseconds: -(now.milliseconds % 86_400_000)))
        settings.clinicData = data
        settings.members = members
        settings.clinicPort = 0
        settings.payerPort = 0
        try FileManager.default.createDirectory(
            atPath: path + "/jobs", withIntermediateDirectories: true)
        try jobFile(by: by, maxEntries: maxEntries, rules, delivery).appending(retry)
            .write(toFile: path + "/jobs/\(job).yaml", atomically: true, encoding: .utf8)
        _ = FileManager.default.changeCurrentDirectoryPath(SharedFolder.repository)
        try folder.make(settings)
        var options = try folder.options(settings, faults: SandboxFaults())
        options.exceptMembers = 2
        change(&options)
        let sandbox = try SandboxFolder.sandbox(options)
        return try await SandboxFolder.running(sandbox) { clinic, payer in
            try "".write(toFile: path + "/none.ndjson", atomically: true, encoding: .utf8)
            try configuration(
                clinic: clinic, payer: payer, records: knowsMembers ? "{ from: fhir }" : "{ file: ./none.ndjson }",
                match: match, packages: packages, retraction: retraction
            )
            .appending(delivery == .bulkSubmit ? files(on: freePort()) : "")
            .write(toFile: folder.configuration, atomically: true, encoding: .utf8)
            let assembly = try Assembly(try ConfigurationFile.load(path: folder.configuration), actor: "tests")
            let night = SandboxNight(
                folder: folder, sandbox: sandbox, operations: assembly.operations, store: assembly.store,
                jobs: path + "/jobs")
            return try await servesFiles ? assembly.servingFiles { try await body(night) } : body(night)
        }
    }

    /// The same servers and keys, with another store and another way of pulling.
    func again(by method: String) throws -> SandboxNight {
        let place = folder.path + "/" + method
        try FileManager.default.createDirectory(atPath: place + "/jobs", withIntermediateDirectories: true)
        try Self.jobFile(by: method, maxEntries: 200, ["member-id", "subscriber-id", "demographics"])
            .write(toFile: place + "/jobs/\(Self.job).yaml", atomically: true, encoding: .utf8)
        let text = try String(contentsOfFile: folder.configuration, encoding: .utf8)
            .replacing("./pdex.db", with: "./\(method).db").replacing("./jobs", with: "./\(method)/jobs")
        let path = folder.path + "/\(method).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let assembly = try Assembly(try ConfigurationFile.load(path: path), actor: "tests")
        return SandboxNight(
            folder: folder, sandbox: sandbox, operations: assembly.operations, store: assembly.store,
            jobs: place + "/jobs")
    }

    /// References in what Med0 holds that lead to nothing there.
    func danglingReferences() -> [String] {
        let held = sandbox.payerResources()
        let known = Set(held.map { "\($0.type)/\($0.id ?? "")" })
        var dangling: Set<String> = []
        for resource in held where resource["identifier"]?.elements.contains(where: Self.isOurs) == true {
            JSONValue.object(resource.json).forEachReference { text in
                if !text.hasPrefix("#"), !known.contains(text) { dangling.insert(text) }
            }
        }
        return dangling.sorted()
    }

    /// The clinic's ids of what Med0 was sent, as `Type/id`.
    func sentIDs() -> [String] {
        sandbox.payerResources().compactMap { resource in
            let source = resource["identifier"]?.elements.first(where: Self.isOurs)
            return source?["value"]?.string.map { "\(resource.type)/\($0)" }
        }
    }

    private static func isOurs(_ identifier: JSONValue) -> Bool {
        identifier["system"]?.string == "https://clinic0.example/fhir-id"
    }

    private static func jobFile(
        by method: String, maxEntries: Int, _ rules: [String], _ delivery: ExchangeTerms.Delivery.Kind = .transaction
    ) -> String {
        """
        job: \(job)
        on: { request: true }
        from: clinic0
        to: med0
        select: { by: \(method), group: med0-members, types: [\(types.joined(separator: ", "))] }
        match: { by: [\(rules.joined(separator: ", "))] }
        map: us-core-6.1.0
        deliver: { as: \(delivery.rawValue), max-entries: \(maxEntries) }

        """
    }

    private static func files(on port: Int) -> String {
        "\n    circuit-breaker: { failures: 50, budget: 500 }\nfiles: { port: \(port), url: \"http://127.0.0.1:\(port)\" }\n"
    }

    /// A free port: the processes of a night have to agree on one before they start.
    private static func freePort() -> Int {
        (0..<1000).lazy.map { _ in Int.random(in: 20_000..<32_000) }.first(where: LoopbackPort.isFree) ?? 0
    }

    private static func configuration(
        clinic: String, payer: String, records: String, match: String?, packages: [String],
        retraction: ExchangeTerms.Retraction
    ) -> String {
        """
        \(packages.isEmpty ? "" : "packages: [\(packages.map { "\"\($0)\"" }.joined(separator: ", "))]")
        store: { sqlite: ./pdex.db }
        keys: ./keys
        jobs: ./jobs
        mappings: "\(SharedFolder.repository)/mappings"
        clinics:
          clinic0:
            base: \(clinic)
            client-id: pdex-clinic0
            key: \(SandboxFolder.clinicKey)
            identifier-system: https://clinic0.example/fhir-id
            organization: { npi: "1234567893", name: Clinic0 }
        payers:
          med0:
            base: \(payer)
            client-id: pdex-med0
            key: \(SandboxFolder.payerKey)
            organization: { npi: "1003000126", name: Med0 Health Plan }
            coverage: \(records)
            consent: \(records)
            drop-folder: ./drops
            submitter: { system: "https://med0.example/submitters", value: clinic0 }
            retract: \(retraction.rawValue)
        \(match.map { "    match: \($0)" } ?? "")
        """
    }
}
