import CLibFuzzer
import Foundation

/// Feeds inputs from libFuzzer to one of the readers of outside bytes.
///
/// `pdex-fuzz TARGET FOLDER [OPTIONS OF LIBFUZZER]`: inputs that reach new code are kept in the folder.
@main
enum Fuzz {
    private static let targets: [FuzzTarget] = [
        .ndjson, .json, .manifest, .bundle, .retryAfter, .urlPolicy, .fhirPath, .dates, .csv, .tar,
        .group, .consent, .holidays,
    ]
    /// Chosen once before the first input; libFuzzer's callback cannot carry a context.
    nonisolated(unsafe) private static var chosen = targets[0]

    static func main() throws {
        let words = CommandLine.arguments
        guard words.count > 2, let target = targets.first(where: { $0.name == words[1] }) else {
            print(targets.map(\.name).joined(separator: "\n"))
            exit(words.count > 1 ? 64 : 0)
        }
        chosen = target
        // A single file is an input to be run again.
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: words[2], isDirectory: &isFolder)
        if !exists || isFolder.boolValue {
            try plant(target.seeds, in: URL(filePath: words[2], directoryHint: .isDirectory))
        }
        var arguments = ([words[0]] + words[2...]).map { strdup($0) } + [nil]
        var count = Int32(arguments.count - 1)
        let code = arguments.withUnsafeMutableBufferPointer { list in
            var start = list.baseAddress
            return LLVMFuzzerRunDriver(&count, &start) { data, size in
                Fuzz.chosen.check(UnsafeRawBufferPointer(start: data, count: size))
                return 0
            }
        }
        exit(code)
    }

    /// Writes inputs of our own that show the fuzzer the grammar.
    private static func plant(_ seeds: [String], in folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, seed) in seeds.enumerated() {
            try Data(seed.utf8).write(to: folder.appending(path: "seed-\(number)"))
        }
    }
}
