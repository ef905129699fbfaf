import DeclarativeFiles
import Foundation
import Testing

@Suite("Reading files")
struct FileReadingTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "declarative-\(UUID().uuidString)")

    @Test("a file is read, and says its own name")
    func read() throws {
        let path = try write(Data("a: 1\n".utf8))
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try DeclarativeFile.read(path: path)
        #expect(file.path == path)
        #expect(file.text == "a: 1\n")
    }

    @Test("a missing file, a folder, bytes that are no text and a file too large are refused by name")
    func unreadable() throws {
        let text = try write(Data([0x61, 0x3A, 0x20, 0xC3, 0x28]))
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(refusal(of: text) == "\(text): the file is not UTF-8 text")
        #expect(refusal(of: text + "x") == "\(text)x: there is no such file")
        #expect(refusal(of: folder.path) == "\(folder.path): the file cannot be read; check its permissions")
        let large = try write(Data(repeating: UInt8(ascii: "\n"), count: DeclarativeFile.maximumBytes + 1))
        #expect(refusal(of: large) == "\(large): the file is larger than 1 MiB")
    }

    private func write(_ data: Data) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "f.yaml")
        try data.write(to: file)
        return file.path
    }

    private func refusal(of path: String) -> String? {
        do throws(FileDiagnostics) {
            _ = try DeclarativeFile.read(path: path)
            return nil
        } catch {
            return error.description
        }
    }
}
