import FHIR

/// Where the entries of one of our bundles are written, in their order: `Type/id` of each.
enum SentLocations {
    private static let request = Array(#""request":{"method":""#.utf8)
    private static let address = Array(#"","url":""#.utf8)

    /// Looks for what ``EntryWriter`` writes, which costs a fraction of parsing the bundle; parses it if that is not
    /// found once per entry. Nil when an entry does not say where it is written.
    static func locations(in bundle: [UInt8], entries count: Int) -> [String]? {
        let found = bundle.withUnsafeBufferPointer(scan)
        if found.count == count { return found }
        guard let json = try? JSONParser.parse(bundle) else { return nil }
        let entries = json["entry"]?.elements ?? []
        let read = entries.compactMap { $0["request"]?["url"]?.string }
        return read.count == count && entries.count == count ? read : nil
    }

    private static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> [String] {
        // Each access to a global passes a lock, and there are as many places as bytes.
        let (request, address) = (request, address)
        let raw = UnsafeRawBufferPointer(bytes)
        let start = request.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        var found: [String] = []
        var place = 0
        while place + request.count < bytes.count {
            guard raw.loadUnaligned(fromByteOffset: place, as: UInt64.self) == start, begins(bytes, request, at: place)
            else {
                place += 1
                continue
            }
            place = end(bytes, place + request.count)
            guard begins(bytes, address, at: place) else { continue }
            let start = place + address.count
            place = end(bytes, start)
            found.append(String(decoding: bytes[start..<place], as: UTF8.self))
        }
        return found
    }

    private static func end(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var place = start
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") { place += 1 }
        return place
    }

    private static func begins(_ bytes: UnsafeBufferPointer<UInt8>, _ words: [UInt8], at place: Int) -> Bool {
        place + words.count <= bytes.count && words.indices.allSatisfy { bytes[place + $0] == words[$0] }
    }
}
