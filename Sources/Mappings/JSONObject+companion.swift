import FHIR

extension JSONObject {
    /// Sets or removes a member. The `_name` companion of a primitive stays with the value that it describes, and goes
    /// when that goes (FHIR R4 §2.6.2.3).
    mutating func set(_ name: String, to value: JSONValue?) {
        let present = self[name]
        self[name] = value
        let companion = "_" + name
        guard let beside = self[companion], value != present else { return }
        self[companion] = beside.following(present, to: value)
    }
}

extension JSONValue {
    /// The part of this companion of `old` that also describes `new`.
    fileprivate func following(_ old: JSONValue?, to new: JSONValue?) -> JSONValue? {
        guard case .array(let before)? = old, case .array(let after)? = new, let beside = array else { return nil }
        var used: Set<Int> = []
        let kept = after.map { value -> JSONValue in
            guard let place = before.indices.first(where: { before[$0] == value && used.insert($0).inserted }) else {
                return .null
            }
            return beside.indices.contains(place) ? beside[place] : .null
        }
        return kept.allSatisfy { $0 == .null } ? nil : .array(kept)
    }
}
