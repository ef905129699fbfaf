import FHIR
import PDex

/// Six to twelve people who are easily mixed up, as a clinic and a payer have recorded them.
///
/// Twins, also with a common given name; namesakes; families with one subscriber id; merged and double charts; member
/// ids on the wrong chart, on two members, or without a system; record numbers with the same digits; members without a
/// Patient; and coverage that lapsed, was cancelled or is in the future. Two people whose records do not differ never
/// have each other's number: nobody could notice that.
struct Population {
    private(set) var people: [Somebody] = []
    /// Whose chart that is, by the chart's id.
    private(set) var owners: [String: Int] = [:]
    private(set) var charts: [Resource] = []
    private(set) var records: [Resource] = []
    /// Charts that cannot be decided, with the possible reasons.
    private(set) var undecidable: [String: Set<FaultCode>] = [:]
    /// Charts that another one replaced.
    private(set) var merged: [String: String] = [:]
    private var random: Numbers

    private static let families = ["Vale", "O'Neil", "Smith-Jones", "Grün"]
    private static let givens = [
        ["Ana"], ["Ben"], ["Zoë"], ["Lukas"], ["Anna", "Maria"], ["Maria", "Elena"], ["Jean", "Paul"],
    ]
    private static let doubtful: Set<FaultCode> = [.matchAmbiguous, .matchContradicted, .matchUnproven]
    private static let cities = ["Salem|MA|01970", "Troy|NY|12180", "Dover|DE|19901"]

    init(seed: UInt64) throws {
        random = Numbers(state: seed &* 0x9E37_79B9_7F4A_7C15)
        makePeople()
        var ids = people.map(\.number)
        let swapped = swapped(&ids)
        for person in people where person.isPatient {
            let id = "p\(person.number)"
            let owner = people[ids[person.number]]
            let carried = random.below(3) > 0 ? owner.memberID : nil
            let hasSystem = random.below(8) > 0
            try add(person, id: id, memberID: carried, hasSystem: hasSystem)
            // A number whose system both sides state, and that leads to somebody else, or to nobody to compare.
            if carried != nil, hasSystem, owner.isMember, owner.hasSystem {
                if swapped.contains(person.number) { undecidable[id] = Self.doubtful }
                if !owner.hasRecord { undecidable[id] = Self.doubtful.subtracting([.matchContradicted]) }
            }
            if swapped.contains(person.number) { continue }
            try addDouble(of: person, beside: id, isNumbered: carried != nil && hasSystem)
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
                let other = isTwin ? people.last { $0.subscriber == subscriber && $0.born == birthday } : nil
                let given = given(besides: other)
                let isLike = other.map { !Set($0.given).isDisjoint(with: given) } ?? false
                let gender = ["male", "female"][random.below(2)]
                add(
                    family, given, born: isTwin || child == 0 ? birthday : "1985-0\(1 + child)-02",
                    gender: isLike ? other?.gender ?? gender : gender, city: city, subscriber: subscriber)
            }
            guard random.below(2) == 0 else { continue }
            let other = people[random.below(people.count)]
            let elsewhere = Self.cities.filter { $0 != other.city }
            add(
                other.family, other.given, born: other.born, gender: other.gender,
                city: elsewhere[random.below(elsewhere.count)], subscriber: "S\(people.count)")
        }
    }

    /// Given names; a twin's often have one in common.
    private mutating func given(besides other: Somebody?) -> [String] {
        let alike = Self.givens.filter { $0[0] != other?.given[0] && !Set($0).isDisjoint(with: other?.given ?? []) }
        let all = alike.isEmpty || random.below(3) == 0 ? Self.givens : alike
        return all[random.below(all.count)]
    }

    private mutating func add(
        _ family: String, _ given: [String], born: String, gender: String, city: String, subscriber: String
    ) {
        let covers = Cover.allCases
        let somebody = Somebody(
            number: people.count, family: family, given: given, born: born, gender: gender, city: city,
            subscriber: subscriber, isPatient: random.below(5) > 0, isMember: random.below(4) > 0,
            hasRecord: random.below(10) > 0, hasSystem: random.below(4) > 0, hasConsent: random.below(10) > 0,
            cover: random.below(2) > 0 ? .thisYear : covers[random.below(covers.count)])
        if !people.contains(where: { $0.face == somebody.face && $0.city == city }) { people.append(somebody) }
    }

    /// Swaps the numbers on the charts of two different people; returns who they are.
    private mutating func swapped(_ ids: inout [Int]) -> Set<Int> {
        guard random.below(2) == 0 else { return [] }
        func twins(of one: Somebody) -> [Somebody] {
            people.filter { $0.subscriber == one.subscriber && $0.born == one.born && $0.number != one.number }
        }
        let born = random.below(3) > 0 ? people.filter { !twins(of: $0).isEmpty } : people
        let some = born.isEmpty ? people : born
        let one = some[random.below(some.count)]
        let others = twins(of: one).isEmpty ? people : twins(of: one)
        let two = others[random.below(others.count)]
        guard one.face != two.face else { return [] }
        ids.swapAt(one.number, two.number)
        return [one.number, two.number]
    }

    private mutating func addDouble(of person: Somebody, beside id: String, isNumbered: Bool) throws {
        switch random.below(8) {
        case 0:
            // Merged: one side of the link is enough.
            let old = id + "-old"
            try add(person, id: old, memberID: nil, link: ("replaced-by", id))
            merged[old] = id
        case 1:
            // Two charts at the clinic without a link, alike in everything, so that either could be meant.
            guard var again = charts.last?.json else { return }
            again["id"] = .string(id + "-again")
            charts.append(try Resource(.object(again)))
            owners[id + "-again"] = person.number
            guard person.isMember, person.hasSystem, isNumbered else { return }
            for chart in [id, id + "-again"] { undecidable[chart] = Self.doubtful }
        default: break
        }
    }

    /// Gives two members one number: a chart that carries it cannot be decided.
    private mutating func sharePayerNumber() throws {
        guard random.below(6) == 0, let one = people.first(where: { $0.isMember && $0.isPatient }),
            let other = people.first(where: { $0.isMember && $0.number != one.number })
        else { return }
        records.append(
            try coverage(
                "shared", of: other, memberID: one.memberID, hasSystem: one.hasSystem, other.cover.coverages[0]))
        guard one.hasSystem else { return }
        let carriers = charts.filter { chart in
            (chart["identifier"]?.elements ?? []).contains {
                $0["value"]?.string == one.memberID && $0["type"] != nil && $0["system"] != nil
            }
        }
        for chart in carriers.compactMap(\.id) { undecidable[chart] = Self.doubtful }
    }

    private mutating func add(
        _ person: Somebody, id: String, memberID: String?, hasSystem: Bool = true,
        link: (type: String, other: String)? = nil
    ) throws {
        var chart = patient(person, id: id, isRecased: random.below(2) == 0, isSplit: random.below(8) > 0)
        var identifiers: [JSONValue] = []
        if let memberID { identifiers.append(number("MB", memberID, hasSystem: hasSystem)) }
        if random.below(3) == 0 { identifiers.append(number("SN", person.subscriber)) }
        // The clinic's own number has the digits of somebody's number at the payer.
        if random.below(3) == 0 {
            let namesakes = people.filter { $0.face == person.face && $0.number != person.number }
            let others = namesakes.isEmpty ? people : namesakes
            identifiers.append(["value": .string(others[random.below(others.count)].memberID)])
        }
        chart["identifier"] = identifiers.isEmpty ? nil : .array(identifiers)
        if let link {
            chart["link"] = [["other": ["reference": .string("Patient/" + link.other)], "type": .string(link.type)]]
        }
        owners[id] = person.number
        charts.append(try Resource(.object(chart)))
    }

    private mutating func record(_ person: Somebody) throws {
        if person.hasRecord {
            let isSplit = random.below(8) > 0
            let json = patient(person, id: "m\(person.number)", isRecased: false, isSplit: isSplit)
            records.append(try Resource(.object(json)))
        }
        for (index, held) in person.cover.coverages.enumerated() {
            records.append(
                try coverage(
                    "c\(person.number)-\(index)", of: person, memberID: person.memberID, hasSystem: person.hasSystem,
                    held))
        }
    }

    private func patient(_ person: Somebody, id: String, isRecased: Bool, isSplit: Bool) -> JSONObject {
        let place = person.city.split(separator: "|").map(String.init)
        let family = isRecased ? person.family.uppercased().replacing("-", with: " ") : person.family
        let given = isSplit ? person.given : [person.given.joined(separator: " ")]
        return [
            "resourceType": "Patient", "id": .string(id),
            "name": [["family": .string(family), "given": .array(given.map(JSONValue.string))]],
            "birthDate": .string(person.born), "gender": .string(person.gender),
            "address": [
                ["city": .string(place[0]), "state": .string(place[1]), "postalCode": .string(place[2])]
            ],
        ]
    }

    private func coverage(
        _ id: String, of person: Somebody, memberID: String, hasSystem: Bool,
        _ held: (status: String, start: String?, end: String?)
    ) throws -> Resource {
        var json: JSONObject = [
            "resourceType": "Coverage", "id": .string(id), "status": .string(held.status),
            "identifier": [number("MB", memberID, hasSystem: hasSystem)], "subscriberId": .string(person.subscriber),
            "beneficiary": ["reference": .string("Patient/m\(person.number)")],
            "payor": [["display": "Med0 Health Plan"]],
        ]
        var period = JSONObject()
        period["start"] = held.start.map(JSONValue.string)
        period["end"] = held.end.map(JSONValue.string)
        if !period.isEmpty { json["period"] = .object(period) }
        return try Resource(.object(json))
    }

    private func number(_ type: String, _ value: String, hasSystem: Bool = true) -> JSONValue {
        let system: JSONValue = "http://terminology.hl7.org/CodeSystem/v2-0203"
        var json: JSONObject = [
            "type": ["coding": [["system": system, "code": .string(type)]]], "value": .string(value),
        ]
        if hasSystem { json["system"] = "https://med0.example/member-id" }
        return .object(json)
    }
}
