import FHIR

/// Six to twelve people whom it is easy to mix up, as a clinic and a payer have them written down.
///
/// Twins, namesakes, families with one subscriber id, charts that were merged, double charts, member ids on the wrong
/// chart and on two members. Two people who differ in nothing that is written never have each other's number: that could
/// not be told from the truth.
struct Population {
    /// One person, as they really are.
    struct Somebody {
        let number: Int
        let family: String
        let given: String
        let born: String
        let gender: String
        let city: String
        let subscriber: String
        let isPatient: Bool
        let isMember: Bool

        var memberID: String { "M\(number)" }
        /// What others could take for the same person.
        var face: String { [family, given, born, gender].joined(separator: "|") }
    }

    private(set) var people: [Somebody] = []
    /// Whose chart that is, by the chart's id.
    private(set) var owners: [String: Int] = [:]
    private(set) var charts: [Resource] = []
    private(set) var records: [Resource] = []
    /// Charts that nobody can decide about.
    private(set) var undecidable: Set<String> = []
    /// Charts that another one replaced.
    private(set) var merged: [String: String] = [:]
    private var random: Numbers

    private static let families = ["Vale", "O'Neil", "Smith-Jones", "Grün"]
    private static let givens = ["Ana", "Ben", "Zoë", "Lukas"]
    private static let cities = ["Salem|MA|01970", "Troy|NY|12180", "Dover|DE|19901"]

    init(seed: UInt64) throws {
        random = Numbers(state: seed &* 0x9E37_79B9_7F4A_7C15)
        makePeople()
        var ids = people.map(\.memberID)
        let swapped = swapped(&ids)
        for person in people where person.isPatient {
            let id = "p\(person.number)"
            let carried = random.below(3) > 0 ? ids[person.number] : nil
            try add(person, id: id, memberID: carried)
            if swapped.contains(person.number) { continue }
            try addDouble(of: person, beside: id, carrying: carried)
        }
        for person in people where person.isMember { try record(person) }
        try sharePayerNumber()
    }

    private mutating func makePeople() {
        let count = 6 + random.below(7)
        while people.count < count {
            let family = Self.families[random.below(Self.families.count)]
            let city = Self.cities[random.below(Self.cities.count)]
            let subscriber = "S\(people.count)"
            let size = 1 + random.below(3)
            let birthday = "19\(60 + random.below(3))-0\(1 + random.below(3))-11"
            for child in 0..<size {
                let isTwin = child > 0 && random.below(2) == 0
                let somebody = Somebody(
                    number: people.count, family: family, given: Self.givens[random.below(Self.givens.count)],
                    born: isTwin || child == 0 ? birthday : "1985-0\(1 + child)-02",
                    gender: ["male", "female"][random.below(2)], city: city, subscriber: subscriber,
                    isPatient: random.below(5) > 0, isMember: random.below(4) > 0)
                let isAlike = people.contains { $0.face == somebody.face && $0.city == city }
                if !isAlike { people.append(somebody) }
            }
        }
    }

    /// Puts member ids of two people who differ on each other's charts; returns whose.
    private mutating func swapped(_ ids: inout [String]) -> Set<Int> {
        guard random.below(2) == 0 else { return [] }
        let (one, two) = (people[random.below(people.count)], people[random.below(people.count)])
        guard one.face != two.face else { return [] }
        ids.swapAt(one.number, two.number)
        return [one.number, two.number]
    }

    private mutating func addDouble(of person: Somebody, beside id: String, carrying memberID: String?) throws {
        switch random.below(8) {
        case 0:
            // Merged: one side of the link is enough.
            let old = id + "-old"
            try add(person, id: old, memberID: nil, link: ("replaced-by", id))
            merged[old] = id
        case 1:
            // Twice in the clinic, and nobody says so: alike in everything, so that either could be meant.
            try add(person, id: id + "-again", memberID: memberID)
            if person.isMember, memberID != nil { undecidable.formUnion([id, id + "-again"]) }
        default: break
        }
    }

    /// Two members with one number: whoever carries it cannot be told.
    private mutating func sharePayerNumber() throws {
        guard random.below(6) == 0, let one = people.first(where: { $0.isMember && $0.isPatient }),
            let other = people.first(where: { $0.isMember && $0.number != one.number })
        else { return }
        records.append(try coverage("shared", of: other, memberID: one.memberID))
        let carriers = charts.filter { chart in
            (chart["identifier"]?.elements ?? []).contains { $0["value"]?.string == one.memberID }
        }
        undecidable.formUnion(carriers.compactMap(\.id))
    }

    private mutating func add(
        _ person: Somebody, id: String, memberID: String?, link: (type: String, other: String)? = nil
    ) throws {
        var chart = patient(person, id: id, isRecased: random.below(2) == 0)
        var identifiers: [JSONValue] = []
        if let memberID { identifiers.append(number("MB", memberID)) }
        if random.below(3) == 0 { identifiers.append(number("SN", person.subscriber)) }
        chart["identifier"] = identifiers.isEmpty ? nil : .array(identifiers)
        if let link {
            chart["link"] = [["other": ["reference": .string("Patient/" + link.other)], "type": .string(link.type)]]
        }
        owners[id] = person.number
        charts.append(try Resource(.object(chart)))
    }

    private mutating func record(_ person: Somebody) throws {
        records.append(try Resource(.object(patient(person, id: "m\(person.number)", isRecased: false))))
        records.append(try coverage("c\(person.number)", of: person, memberID: person.memberID))
        if random.below(3) == 0 {
            records.append(try coverage("d\(person.number)", of: person, memberID: person.memberID))
        }
    }

    private func patient(_ person: Somebody, id: String, isRecased: Bool) -> JSONObject {
        let place = person.city.split(separator: "|").map(String.init)
        let family = isRecased ? person.family.uppercased().replacing("-", with: " ") : person.family
        return [
            "resourceType": "Patient", "id": .string(id),
            "name": [["family": .string(family), "given": [.string(person.given)]]],
            "birthDate": .string(person.born), "gender": .string(person.gender),
            "address": [
                ["city": .string(place[0]), "state": .string(place[1]), "postalCode": .string(place[2])]
            ],
        ]
    }

    private func coverage(_ id: String, of person: Somebody, memberID: String) throws -> Resource {
        try Resource([
            "resourceType": "Coverage", "id": .string(id), "status": "active",
            "identifier": [number("MB", memberID)], "subscriberId": .string(person.subscriber),
            "beneficiary": ["reference": .string("Patient/m\(person.number)")],
            "payor": [["display": "Med0 Health Plan"]],
        ])
    }

    private func number(_ type: String, _ value: String) -> JSONValue {
        let system: JSONValue = "http://terminology.hl7.org/CodeSystem/v2-0203"
        return [
            "type": ["coding": [["system": system, "code": .string(type)]]], "system": "https://med0.example/member-id",
            "value": .string(value),
        ]
    }
}
