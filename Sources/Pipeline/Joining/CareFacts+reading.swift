import FHIR
import Glibc
import PDex

extension CareFacts {
    /// Reads the visits from a resource's tree; `scan` already found the rest in its bytes.
    init(_ resource: Resource, _ scan: ResourceScan, _ stager: Stager) {
        var visits = Set([scan.encounter.flatMap(stager.key(of:))].compactMap(\.self))
        JSONValue.object(resource.json).forEachReference { text in
            guard text != scan.encounter, Reference(parsing: text).type == "Encounter" else { return }
            if let key = stager.key(of: text) { visits.insert(key) }
        }
        self.init(visits: visits.sorted(), dates: ServiceDates(scan))
    }

    /// Reads the same from the result of a scan; the tree is built only if the bytes name, or may name, a visit that
    /// the scan did not report.
    init?(_ scan: ResourceScan, _ bytes: UnsafeRawBufferPointer, _ stager: Stager) {
        let known = scan.encounter?.utf8.count(of: Self.mark) ?? 0
        guard bytes.hasNoEscapedText, bytes.count(of: Self.mark, atMost: known + 1) == known else {
            guard let resource = try? Resource(parsing: Array(bytes)) else { return nil }
            self.init(resource, scan, stager)
            return
        }
        self.init(
            visits: scan.encounter.flatMap(stager.key(of:)).map { [$0] } ?? [], dates: ServiceDates(scan))
    }

    /// The text that every reference to a visit contains, whatever its form.
    private static let mark = Array("Encounter/".utf8)
}

extension UnsafeRawBufferPointer {
    /// Whether no slash or letter is escaped: no backslash precedes a `/` or `u`.
    fileprivate var hasNoEscapedText: Bool {
        var rest = self
        while let base = rest.baseAddress, let found = memchr(base, 0x5C, rest.count) {
            let place = base.distance(to: UnsafeRawPointer(found))
            guard place + 1 < rest.count else { return false }
            let next = rest[place + 1]
            guard next != UInt8(ascii: "/"), next != UInt8(ascii: "u") else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[(place + 2)...])
        }
        return true
    }

    /// How often `text` occurs in the bytes, counted up to a limit.
    fileprivate func count(of text: [UInt8], atMost limit: Int) -> Int {
        guard var base = baseAddress else { return 0 }
        let end = base + self.count
        var count = 0
        while count < limit, let found = memchr(base, Int32(text[0]), base.distance(to: end)) {
            let place = UnsafeRawPointer(found)
            if place.distance(to: end) >= text.count, memcmp(place, text, text.count) == 0 { count += 1 }
            base = place + 1
        }
        return count
    }
}

extension String.UTF8View {
    /// How often `text` occurs in a reference.
    fileprivate func count(of text: [UInt8]) -> Int {
        var copy = String(self)
        return copy.withUTF8 { UnsafeRawBufferPointer($0).count(of: text, atMost: .max) }
    }
}
