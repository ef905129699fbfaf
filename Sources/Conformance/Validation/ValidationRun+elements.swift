import FHIR

extension ValidationRun {
    /// Checks an object's members against the children of a rule.
    func check(_ object: JSONObject, shape: ElementRule, in compiled: CompiledProfile) {
        if object.isEmpty { report(.jsonEmpty, "an object without members") }
        var counts = [Int](repeating: 0, count: shape.children.count)
        let members = object.members
        for place in members.indices {
            let key = members[place].key
            guard let slot = shape.slots[key] ?? shape.choice(named: key) else {
                if !shape.isPartial { checkUnknown(key, shape) }
                continue
            }
            let child = shape.children[slot.child]
            let type = slot.type < child.types.count ? child.types[slot.type] : nil
            if slot.isCompanion {
                // A companion is read together with its primitive.
                let own = String(key.dropFirst())
                guard object[own] == nil else { continue }
                trail.enter(own)
                checkChild(child, type, nil, members[place].value, &counts[slot.child], in: compiled)
            } else {
                let companion = child.mayHaveCompanion(type) ? object.companion(of: key) : nil
                trail.enter(key)
                checkChild(child, type, members[place].value, companion, &counts[slot.child], in: compiled)
            }
            trail.leave()
        }
        checkCounts(counts, shape)
    }

    private func checkChild(
        _ child: ElementRule, _ type: ElementType?, _ value: JSONValue?, _ companion: JSONValue?, _ count: inout Int,
        in compiled: CompiledProfile
    ) {
        if child.isChoice, count > 0 { report(.choiceSeveral, "more than one of \(child.name)[x]") }
        var tally = SliceTally(child)
        if child.isArray || child.isPartial && (value ?? companion)?.array != nil {
            if case .array(let items)? = value ?? companion {
                if items.isEmpty { report(.jsonEmpty, "an array without elements") }
                let beside = value == nil ? items : companion?.array ?? []
                let total = value == nil ? items.count : max(items.count, beside.count)
                for place in 0..<total {
                    trail.enter(place)
                    let item = value != nil && place < items.count ? items[place] : .null
                    let side: JSONValue = place < beside.count ? beside[place] : .null
                    check(child, type, item, side, &tally, in: compiled)
                    trail.leave()
                }
                count += total
            } else {
                report(.jsonArray, "an array is expected")
                count += 1
            }
        } else {
            if case .array? = value ?? companion {
                report(.jsonArray, "one value is expected, not an array")
            } else {
                check(child, type, value ?? .null, companion ?? .null, &tally, in: compiled)
            }
            count += 1
        }
        finish(tally, child)
    }

    private func check(
        _ child: ElementRule, _ type: ElementType?, _ value: JSONValue, _ companion: JSONValue,
        _ tally: inout SliceTally, in compiled: CompiledProfile
    ) {
        if value == .null, companion == .null {
            report(.jsonNull, "null stands where a value should")
            return
        }
        guard child.slicing != nil else {
            checkValue(value, companion, type, child, in: compiled)
            return
        }
        let rule = sort(value, type, child, &tally) ?? child
        let code = type?.code
        let sliceType = rule.types.first { $0.code == code } ?? type
        checkValue(value, companion, sliceType, rule, in: compiled)
    }

    private func checkUnknown(_ key: String, _ shape: ElementRule) {
        if key == "resourceType", ResourceTypes.contains(shape.path) { return }
        trail.enter(Self.isName(key) ? key : "?")
        defer { trail.leave() }
        let choice = shape.children.first { $0.isChoice && key.hasPrefix($0.name) && key != $0.name }
        if let choice, key.dropFirst(choice.name.count).first?.isUppercase == true {
            report(.choiceType, "\(choice.name)[x] may not have this type")
        } else {
            report(.elementUnknown, "the definition has no such element")
        }
    }

    /// Whether a key reads as a name and may be repeated; anything else may be somebody's data in the wrong place.
    static func isName(_ key: String) -> Bool {
        let isWord = key.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "z")).contains($0) }
        return isWord && key.utf8.count <= 40 && key.first?.isUppercase == false
    }

    private func checkCounts(_ counts: [Int], _ shape: ElementRule) {
        for (place, child) in shape.children.enumerated() {
            let count = counts[place]
            if count < child.min {
                trail.enter(child.isChoice ? child.name + "[x]" : child.name)
                report(.cardinalityMin, "at least \(child.min) needed, \(count) found")
                trail.leave()
            } else if count > child.max {
                trail.enter(child.name)
                report(.cardinalityMax, "at most \(child.max) allowed, \(count) found")
                trail.leave()
            }
            if count == 0 {
                for slice in child.slices where slice.min > 0 && child.min == 0 {
                    trail.enter(child.name)
                    report(.sliceMin, "at least \(slice.min) needed of the slice \(slice.sliceName ?? "")")
                    trail.leave()
                }
            }
        }
    }
}

extension JSONObject {
    /// The companion of a primitive, under its name with `_`.
    fileprivate func companion(of key: String) -> JSONValue? {
        for index in members.indices where members[index].key.utf8.first == UInt8(ascii: "_") {
            if members[index].key.utf8.dropFirst().elementsEqual(key.utf8) { return members[index].value }
        }
        return nil
    }
}

extension ElementRule {
    /// The choice of a profile sheet to which a name belongs, whatever the type.
    fileprivate func choice(named key: String) -> Slot? {
        guard isPartial else { return nil }
        let name = key.hasPrefix("_") ? key.dropFirst() : key[...]
        let place = children.firstIndex { child in
            child.isChoice && name.hasPrefix(child.name) && name.dropFirst(child.name.count).first?.isUppercase == true
        }
        return place.map { Slot(child: $0, type: 0, isCompanion: key.hasPrefix("_")) }
    }

    fileprivate func mayHaveCompanion(_ type: ElementType?) -> Bool {
        if case .primitive? = type?.kind { true } else { false }
    }
}
