import Foundation
import SampleData

extension SharedFolder {
    /// Links the files of clinic-10 and the four patients' Bundles into `place`, as one clinic.
    static func linkClinic(into place: String) throws {
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for part in ["clinic-10", "us-core-patients"] {
            let source = path(of: "data/" + part)
            for file in try FileManager.default.contentsOfDirectory(atPath: source) {
                guard file.hasSuffix(".gz") || file.contains("_bundle_") else { continue }
                try FileManager.default.createSymbolicLink(
                    atPath: place + "/" + file, withDestinationPath: source + "/" + file)
            }
        }
    }
}
