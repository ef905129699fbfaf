import Foundation
public import PDex

extension ExchangeTerms.RecordSource {
    /// Sees to it that the file or folder that it names can be read; `what` it is of goes into the fault, such as
    /// `coverage of med0`. Throws `config.missing`.
    public func insistOnFiles(for what: String) throws(Fault) {
        guard let flaw else { return }
        throw Fault(
            .configMissing, .stop, "\(what): \(flaw)", hint: "have the file put there, or correct its path in pdex.yaml"
        )
    }

    private var flaw: String? {
        switch self {
        case .fhir, .export: return nil
        case .file(let path), .roster(let path, _):
            return Self.isReadableFile(path) ? nil : "the file \(path) is not there, or cannot be read"
        case .folder(let path):
            let isUsable = !RecordFile.names(in: path).isEmpty
            return isUsable ? nil : "the folder \(path) cannot be read, or has no file *.ndjson"
        }
    }

    private static func isReadableFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return isThere && !isFolder.boolValue && FileManager.default.isReadableFile(atPath: path)
    }
}
