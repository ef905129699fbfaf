/// A disk that keeps what was synced, and an arbitrary part of the rest.
struct Disk {
    /// What a power cut leaves of what was not synced.
    enum Cut: String, CaseIterable {
        case nothing, beginning, some, torn
    }

    /// Which sync requests it obeys.
    enum Obedience {
        case all, none, notForLog
    }

    private let obedience: Obedience
    private var contents: [DiskEvent.File: [UInt8]] = [:]
    private var names: [String: DiskEvent.File] = [:]
    private var waiting: [DiskEvent] = []

    /// The unit that drives write completely or not at all.
    private static let sector = 512

    init(_ obedience: Obedience = .all) {
        self.obedience = obedience
    }

    /// Applies the next event.
    mutating func take(_ event: DiskEvent) {
        switch event {
        case .sync(let file):
            guard obedience == .all || obedience == .notForLog && file.suffix != "-wal" else { return }
            settle { $0.changed == file }
        case .syncFolder:
            guard obedience != .none else { return }
            settle(\.isName)
        case .link, .unlink, .write, .truncate:
            waiting.append(event)
        }
    }

    /// Its files, by the end of their names, if nothing is lost.
    func whole() -> [String: [UInt8]] {
        var disk = self
        disk.settle { _ in true }
        return disk.held
    }

    /// Its files if the power is cut now.
    func image(after cut: Cut, _ chance: inout Chance) -> [String: [UInt8]] {
        var disk = self
        disk.waiting = []
        let length = cut == .beginning ? chance.below(waiting.count + 1) : waiting.count
        for event in waiting.prefix(length) where cut != .nothing {
            switch cut {
            case .nothing: break
            case .beginning: disk.apply(event)
            case .some: if chance.below(2) == 0 { disk.apply(event) }
            case .torn: disk.tear(event, &chance)
            }
        }
        return disk.held
    }

    private var held: [String: [UInt8]] { names.mapValues { contents[$0] ?? [] } }

    private mutating func settle(_ isMeant: (DiskEvent) -> Bool) {
        for event in waiting where isMeant(event) { apply(event) }
        waiting.removeAll(where: isMeant)
    }

    private mutating func apply(_ event: DiskEvent) {
        switch event {
        case .link(let file): names[file.suffix] = file
        case .unlink(let suffix): names[suffix] = nil
        case .write(let file, let offset, let bytes): write(bytes[...], at: offset, in: file)
        case .truncate(let file, let size):
            let bytes = contents[file, default: []]
            contents[file] = Array(bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
        case .sync, .syncFolder: break
        }
    }

    /// Applies random sectors of a write, and half of all other events.
    private mutating func tear(_ event: DiskEvent, _ chance: inout Chance) {
        guard case .write(let file, let offset, let bytes) = event else {
            if chance.below(2) == 0 { apply(event) }
            return
        }
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Self.sector - (offset + start) % Self.sector)
            if chance.below(2) == 0 { write(bytes[start..<end], at: offset + start, in: file) }
            start = end
        }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int, in file: DiskEvent.File) {
        let missing = offset + bytes.count - contents[file, default: []].count
        if missing > 0 { contents[file, default: []].append(contentsOf: repeatElement(0, count: missing)) }
        contents[file, default: []].replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
}
