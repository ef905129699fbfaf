import Foundation

/// The repository's mapping set, found from this file.
let usCoreMappings: String = {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent("mappings/us-core-6.1.0").path
}()
