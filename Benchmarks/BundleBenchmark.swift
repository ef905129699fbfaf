import Conformance
import FHIR
import FHIRClient
import Foundation
import Mappings
import PDex
import PDexTesting
import Pipeline
import SQLiteStore

/// The cost of the product's steps 4 and 5, from permitted resources to a bundle's bytes, without and with the strict
/// gate. It is compared with parsing alone in the same run, for some members and for ten times as many.
struct BundleBenchmark {
    private static let now = Instant("2026-06-01T02:15:00Z") ?? Instant(milliseconds: 0)
    private static let page = 50
    private static let fewest = 200

    func run() async throws {
        let sheets = try ProfileSheets.load(folder: "mappings/profile-sheets", digests: Digests { SHA256.hash($0) })
        let gates = [("off", nil), ("sheets", Validator(PackageSet([]), sheets: sheets))]
        for members in [Self.fewest, 10 * Self.fewest] { try await measure(members, gates) }
        guard let packages = Self.packages else {
            print(Row.text("gate, packages", "not measured: no hl7.fhir.us.core#6.1.0", "", ""))
            return
        }
        // Measured last, because the memory of the packages is not released.
        try await measure(Self.fewest, [("off", nil), ("packages", Validator(packages))])
    }

    /// PDEX_PACKAGES is a folder of packages that is searched in addition to ~/.fhir/packages.
    private static var packages: PackageSet? {
        let folders = [ProcessInfo.processInfo.environment["PDEX_PACKAGES"], NSHomeDirectory() + "/.fhir/packages"]
        return try? PackageFinder(folders: folders.compactMap(\.self)).load(["hl7.fhir.us.core#6.1.0"])
    }

    private func measure(_ members: Int, _ gates: [(name: String, validator: Validator?)]) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pdex-bench-bundle-\(getpid())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let staged = try await StagedMembers(members, in: folder, now: Self.now)
        var alone = 0.0
        for gate in gates {
            let pipeline = try staged.pipeline(gate.validator)
            // The first members pay for compiling profiles and making shared resources.
            _ = try await pipeline.bundling(Array(staged.pages(Self.page).prefix(1))) { try $0() }
            let meter = Meter()
            let count = try await pipeline.bundling(staged.pages(Self.page)) { try meter.measure($0) }
            guard count.resources == staged.resources else {
                throw BenchmarkError("\(count.resources) of \(staged.resources) resources were bundled")
            }
            let each = meter.seconds / Double(count.resources) * 1e6
            guard gate.validator != nil else {
                alone = each
                report("map and bundle", staged, count, meter, each)
                continue
            }
            print(
                Row.text(
                    "gate, \(gate.name)", "\(Row.number(each - alone)) µs a resource",
                    "\(Row.number((each - alone) / staged.parsing)) x parsing alone",
                    "\(staged.members) members, \(meter.megabytes) MB resident at most"))
        }
    }

    private func report(
        _ name: String, _ staged: StagedMembers, _ count: ExchangePipeline.BundleCount, _ meter: Meter, _ each: Double
    ) {
        print(
            Row.text(
                name, "\(Row.whole(1e6 / each)) resources per CPU s", "\(Row.number(each)) µs a resource",
                "\(Row.number(each / staged.parsing)) x parsing alone, \(count.entries) entries, "
                    + "\(count.bytes / count.entries) bytes each, \(staged.members) members, "
                    + "\(meter.megabytes) MB resident at most"))
    }
}
