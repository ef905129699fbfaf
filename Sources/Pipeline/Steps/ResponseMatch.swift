import FHIR

/// Which response belongs to which entry (WR-03): a payer answers in the order of the entries, or says where each went.
enum ResponseMatch {
    /// How responses belong to entries.
    enum Outcome {
        /// One response per entry, in the order of the entries, and where each is: `Type/id/_history/version`.
        case matched([(response: FHIRBundle.Response, location: String)])
        /// How many resources got ids other than ours: they would be there twice after the next delivery.
        case renamed(Int)
        /// It cannot be determined, so the outcome of the bundle is unknown.
        case unclear
    }

    /// Matches responses to entries written at `sent`.
    static func outcome(of entries: [FHIRBundle.Entry], sent: [String]) -> Outcome {
        let responses = entries.compactMap(\.response)
        guard responses.count == entries.count, responses.count == sent.count else { return .unclear }
        let named = zip(responses, entries).map { response, entry in
            isGood(response) ? (response.location ?? entry.fullURL).flatMap(place) : nil
        }
        let isInOrder = zip(named, sent).allSatisfy { $0 == nil || $0?.id == $1 }
        if isInOrder { return .matched(zip(responses, zip(named, sent)).map { ($0, location($0, $1.0, $1.1)) }) }
        let places = Set(sent)
        let strange = zip(named, sent).filter { name, _ in name.map { !places.contains($0.id) } ?? false }
        guard strange.isEmpty else {
            let areOthers = strange.allSatisfy { type($0.0?.id ?? "") == type($0.1) }
            return areOthers ? .renamed(strange.count) : .unclear
        }
        return reordered(responses, named, sent)
    }

    /// Responses that name a place go to that entry; the others fill the rest if it does not matter which is which.
    private static func reordered(
        _ responses: [FHIRBundle.Response], _ named: [(id: String, whole: String)?], _ sent: [String]
    ) -> Outcome {
        var found: [String: Int] = [:]
        var silent: [Int] = []
        for (index, name) in named.enumerated() {
            guard let name else {
                silent.append(index)
                continue
            }
            guard found.updateValue(index, forKey: name.id) == nil else { return .unclear }
        }
        let areAlike = silent.allSatisfy { isGood(responses[$0]) } || silent.count == 1
        guard areAlike else { return .unclear }
        return .matched(
            sent.map { place in
                let index = found[place] ?? silent.removeFirst()
                return (responses[index], found[place] == nil ? place : location(responses[index], named[index], place))
            })
    }

    private static func isGood(_ response: FHIRBundle.Response) -> Bool {
        (200..<300).contains(Int(response.status.prefix(3)) ?? 0)
    }

    private static func type(_ place: String) -> Substring {
        place.prefix { $0 != "/" }
    }

    /// The location with the version that the payer names, there or as ETag (WR-12, WR-14).
    private static func location(
        _ response: FHIRBundle.Response, _ named: (id: String, whole: String)?, _ sent: String
    ) -> String {
        if let named, named.whole != named.id { return named.whole }
        guard let tag = response.etag, let version = tag.split(separator: "\"").last.map(String.init),
            tag.contains("\""),
            case .local = Reference(parsing: "\(sent)/_history/\(version)")
        else { return sent }
        return "\(sent)/_history/\(version)"
    }

    /// `Type/id` at the end of a location, and the same with its version; nil for anything else, which could say
    /// anything about anybody.
    private static func place(_ location: String) -> (id: String, whole: String)? {
        for steps in [4, 2] {
            var slashes = 0
            let start = location.utf8.lastIndex { byte in
                if byte == UInt8(ascii: "/") { slashes += 1 }
                return slashes == steps
            }
            let end = String(start.map { location[location.utf8.index(after: $0)...] } ?? location[...])
            guard case .local(let type, let id, _) = Reference(parsing: end), ResourceTypes.contains(type) else {
                continue
            }
            return ("\(type)/\(id)", end)
        }
        return nil
    }
}
