import Foundation
import Mappings
import PDex

/// Where the project's own mapping files lie, and the data beside the repository.
enum Repository {
    private static let root: URL = {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        return here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }()

    static let mappings = folder(of: "us-core-6.1.0")

    /// Every set that comes with the project.
    static let sets = ["hrex", "pdex", "pdex-2.2.0", "us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0"]

    static func folder(of set: String) -> String { root.appendingPathComponent("mappings/" + set).path }

    /// A page of the documentation.
    static func page(_ path: String) -> String { root.appendingPathComponent("docs/" + path).path }

    /// Bundles of real resources, never copied into the repository; none when the folder is not there.
    static let bundles: [String] = {
        let folder = root.deletingLastPathComponent().appendingPathComponent("shared/data/us-core-patients").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.contains("bundle") && $0.hasSuffix(".json") }.sorted().map { folder + "/" + $0 }
    }()

    static var hasBundles: Bool { !bundles.isEmpty }
}

extension Digests {
    /// A stand-in that tells different messages apart; no test needs the real thing.
    static let standIn = Digests { bytes in
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return (0..<32).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 8 * 8)) }
    }
}
