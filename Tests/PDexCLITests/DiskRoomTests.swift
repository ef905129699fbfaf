import Foundation
import PDex
import PDexTesting
import Testing

@testable import PDexCLI

@Suite("The room that a store has")
struct DiskRoomTests {
    @Test("is told where the folder can be written, whether the store is there yet or not")
    func told() throws {
        let place = try TemporaryPlace()
        #expect(try DiskRoom.demand(for: place.path).hasSuffix(" free"))
        #expect(FileManager.default.createFile(atPath: place.path, contents: Data([1])))
        #expect(try DiskRoom.demand(for: place.path).hasSuffix(" free"))
    }

    @Test("a folder that is not there is a fault that names it")
    func missing() throws {
        let place = try TemporaryPlace()
        let fault = #expect(throws: Fault.self) { _ = try DiskRoom.demand(for: place.path + "/none/pdex.db") }
        #expect(fault?.code == .storeFailed)
        #expect(fault?.message.hasPrefix("\(place.path)/none cannot be written") == true)
    }
}
