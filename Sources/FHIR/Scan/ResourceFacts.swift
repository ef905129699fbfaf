/// Collects the facts of a scan while the cursor walks over the document.
struct ResourceFacts {
    private var type: String?
    private var hasID = false
    private var id: JSONReader.StringToken?
    private var versionID: String?
    private var lastUpdated: Instant?
    private var isSubsetted = false
    private var patient: (rank: Int, reference: JSONReader.StringToken)?
    private var encounter: JSONReader.StringToken?
    private var context: JSONReader.StringToken?
    private var targets: [JSONReader.StringToken] = []
    private var time: (rank: Int, start: Instant?, end: Instant?)?
    private var days: (rank: Int, first: JSONReader.StringToken, last: JSONReader.StringToken?)?
    private var status: JSONReader.StringToken?

    /// The result, when the document turned out to be a resource with an id.
    func scan(_ reader: JSONReader) throws(ScanError) -> ResourceScan {
        guard let type, FHIRSyntax.isTypeName(type.utf8) else { throw .notAResource }
        guard hasID else { throw .missingID }
        guard let id, reader.withBytes(of: id, { FHIRSyntax.isID($0) }) else { throw .invalidID }
        return ResourceScan(
            type: type, id: reader.text(id), versionID: versionID, lastUpdated: lastUpdated,
            patient: type == "Patient" ? nil : patient.map { reader.text($0.reference) },
            encounter: (encounter ?? context).map { reader.text($0) },
            targets: targets.map { reader.text($0) }, start: time?.start, end: time?.end,
            firstDay: days.map { reader.day($0.first) }, lastDay: days?.last.map { reader.day($0) },
            status: status.map { reader.text($0) }, isSubsetted: isSubsetted)
    }

    /// Walks over the whole document.
    mutating func read(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels) }
        try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
            switch cursor.reader.withBytes(of: name, ResourceField.named) {
            case nil: try cursor.skipValue(levels - 1)
            case .type: type = try cursor.readText(levels - 1)
            case .id:
                hasID = true
                id = try cursor.readStringOrSkip(levels - 1)
            case .meta: try readMeta(&cursor, levels - 1)
            case .patient(let rank): try readPatient(&cursor, levels - 1, rank: rank)
            case .encounter: encounter = try cursor.readHolders(levels - 1) { _, _ in true }
            case .context: try readContext(&cursor, levels - 1)
            case .target: try readTargets(&cursor, levels - 1)
            case .time(let rank, let day): try readTime(&cursor, levels - 1, rank: rank, day: day)
            case .timing(let day): try readTiming(&cursor, levels - 1, day: day)
            case .collection: try readCollection(&cursor, levels - 1)
            case .status: status = try cursor.readStringOrSkip(levels - 1)
            }
        }
    }

    private mutating func readMeta(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels) }
        try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
            if cursor.reader.withBytes(of: name, { $0.spells("versionId") }) {
                versionID = try cursor.readText(levels - 1)
            } else if cursor.reader.withBytes(of: name, { $0.spells("lastUpdated") }) {
                let reading = try cursor.readTime(levels - 1)
                lastUpdated = reading.flatMap { $0.precision >= .second ? $0.earliest : nil }
            } else if cursor.reader.withBytes(of: name, { $0.spells("tag") }) {
                try readTags(&cursor, levels - 1)
            } else {
                try cursor.skipValue(levels - 1)
            }
        }
    }

    /// The code alone decides: its system has had several names over the versions of FHIR.
    private mutating func readTags(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        guard cursor.reader.current == UInt8(ascii: "[") else { return try cursor.skipValue(levels) }
        var found = isSubsetted
        try cursor.readArray(levels) { (cursor) throws(JSONError) in
            guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels - 1) }
            try cursor.readObject(levels - 1) { (cursor, name) throws(JSONError) in
                guard cursor.reader.withBytes(of: name, { $0.spells("code") }) else {
                    return try cursor.skipValue(levels - 2)
                }
                let code = try cursor.readStringOrSkip(levels - 2)
                if let code, cursor.reader.withBytes(of: code, { $0.spells("SUBSETTED") }) { found = true }
            }
        }
        isSubsetted = found
    }

    private mutating func readPatient(_ cursor: inout JSONCursor, _ levels: Int, rank: Int) throws(JSONError) {
        let found = try cursor.readHolders(levels) { $0.names("Patient", in: $1) }
        if let found, rank < patient?.rank ?? .max { patient = (rank, found) }
    }

    /// `context` is a reference in some resources, and in DocumentReference an element with a list of encounters.
    private mutating func readContext(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels) }
        var holder = ReferenceHolder()
        var listed: JSONReader.StringToken?
        try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
            if cursor.reader.withBytes(of: name, { $0.spells("encounter") }) {
                listed = try cursor.readHolders(levels - 1) { $0.names("Encounter", in: $1) }
            } else if cursor.reader.withBytes(of: name, { $0.spells("period") }) {
                try readTime(&cursor, levels - 1, rank: .max, day: ResourceField.contextPeriod)
            } else {
                try holder.read(&cursor, levels - 1, name)
            }
        }
        context = holder.names("Encounter", in: cursor.reader) ? holder.reference : listed
    }

    /// A Goal's targets are something else and hold no `reference`.
    private mutating func readTargets(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        var found: [JSONReader.StringToken] = []
        _ = try cursor.readHolders(levels) { holder, _ in
            if let reference = holder.reference { found.append(reference) }
            return false
        }
        targets = found
    }

    private mutating func readTime(
        _ cursor: inout JSONCursor, _ levels: Int, rank: Int, day: Int
    ) throws(JSONError) {
        let start: Instant?
        let end: Instant?
        if cursor.reader.current == UInt8(ascii: "{") {
            let bounds = try cursor.readBounds(levels)
            start = bounds.start.flatMap { cursor.reader.time($0)?.earliest }
            end = bounds.end.flatMap { cursor.reader.time($0)?.latest }
            if day < ResourceField.firstDate { note(bounds.start ?? bounds.end, bounds.end, day) }
        } else {
            let text = try cursor.readStringOrSkip(levels)
            let reading = text.flatMap { cursor.reader.time($0) }
            (start, end) = (reading?.earliest, reading?.latest)
            if day >= ResourceField.firstDate { note(text, text, day) }
        }
        guard start != nil || end != nil, rank < time?.rank ?? .max else { return }
        time = (rank, start, end)
    }

    /// Days count as written, whether or not they can be read as a time.
    private mutating func note(_ first: JSONReader.StringToken?, _ last: JSONReader.StringToken?, _ rank: Int) {
        guard let first, rank < days?.rank ?? .max else { return }
        days = (rank, first, last)
    }

    private mutating func readCollection(_ cursor: inout JSONCursor, _ levels: Int) throws(JSONError) {
        guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels) }
        try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
            let known = ResourceField.collected.first { text, _ in cursor.reader.withBytes(of: name) { $0.spells(text) }
            }
            guard let known else { return try cursor.skipValue(levels - 1) }
            try readTime(&cursor, levels - 1, rank: .max, day: known.1)
        }
    }

    /// From the first to the last event in the order listed; without events, the bounds within which it repeats.
    private mutating func readTiming(_ cursor: inout JSONCursor, _ levels: Int, day: Int) throws(JSONError) {
        guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels) }
        var events: [JSONReader.StringToken] = []
        var bounds: (start: JSONReader.StringToken?, end: JSONReader.StringToken?)
        try cursor.readObject(levels) { (cursor, name) throws(JSONError) in
            if cursor.reader.withBytes(of: name, { $0.spells("event") }), cursor.reader.current == UInt8(ascii: "[") {
                try cursor.readArray(levels - 1) { (cursor) throws(JSONError) in
                    if let event = try cursor.readStringOrSkip(levels - 2) { events.append(event) }
                }
            } else if cursor.reader.withBytes(of: name, { $0.spells("repeat") }),
                cursor.reader.current == UInt8(ascii: "{")
            {
                try cursor.readObject(levels - 1) { (cursor, name) throws(JSONError) in
                    let isBounds = cursor.reader.withBytes(of: name) { $0.spells("boundsPeriod") }
                    guard isBounds, cursor.reader.current == UInt8(ascii: "{") else {
                        return try cursor.skipValue(levels - 2)
                    }
                    bounds = try cursor.readBounds(levels - 2)
                }
            } else {
                try cursor.skipValue(levels - 1)
            }
        }
        note(events.first ?? bounds.start ?? bounds.end, events.last ?? bounds.end, day)
    }
}
