import Foundation

/// Test data beside the repository that nobody here wrote; most machines do not have it.
enum SharedData {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let folder = root.deletingLastPathComponent().appendingPathComponent("shared/data")

    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("clinic-10").path)
    }

    /// Where a part of it is.
    static func path(_ part: String) -> String {
        folder.appendingPathComponent(part).path
    }

    /// The archives of the guides that a night is held against, when they lie there, too.
    static var packages: [String]? {
        let folder = folder.deletingLastPathComponent().appendingPathComponent("packages").path
        let paths = ["us.core-6.1.0", "us.davinci-pdex-2.0.0"].map { "\(folder)/hl7.fhir.\($0).tgz" }
        return paths.allSatisfy(FileManager.default.fileExists) ? paths : nil
    }

    /// Links the files of clinic-10 and the four patients' Bundles into `place`, as one clinic.
    static func link(into place: String) throws {
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for part in ["clinic-10", "us-core-patients"] {
            let source = folder.appendingPathComponent(part)
            for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
                guard file.hasSuffix(".gz") || file.contains("_bundle_") else { continue }
                try FileManager.default.createSymbolicLink(
                    atPath: place + "/" + file, withDestinationPath: source.appendingPathComponent(file).path)
            }
        }
    }
}
