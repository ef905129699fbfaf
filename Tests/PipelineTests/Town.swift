import FHIR
import PDex
import PDexTesting

/// A clinic's patients who are easily mistaken for each other, with numbers on the wrong charts.
///
/// Two people whose name, birth date and gender agree never have each other's number: nobody could notice that.
struct Town {
    private(set) var people: [NamedMember] = []
    /// The member id on each chart, where it is not the person's own.
    private var misfiled: [String: String?] = [:]

    init(seed: UInt64) {
        var random = Numbers(state: seed)
        for family in 0..<3 {
            let size = 2 + random.below(3)
            for child in 0..<size {
                let id = "p\(family)-\(child)"
                let given = ["Ana", "Ben"][random.below(2)]
                let born = ["2010-01-0\(family + 1)", "2012-02-0\(family + 1)"][random.below(4) / 3]
                let isMember = random.below(3) > 0
                let person = NamedMember(id, given, "Vale\(family)", born: born, memberID: "M0-" + id)
                people.append(
                    person.with {
                        $0.covered = isMember ? $0.covered : nil
                        $0.consent = isMember ? $0.consent : nil
                    })
                if random.below(2) == 0 || !isMember { misfiled[id] = .some(nil) }
            }
        }
        for _ in 0..<3 {
            let (one, two) = (people[random.below(people.count)], people[random.below(people.count)])
            guard Self.face(of: one) != Self.face(of: two) else { continue }
            misfiled[one.id] = two.memberID
            if random.below(2) == 0 { misfiled[two.id] = one.memberID }
        }
    }

    /// The Patients as the clinic has them.
    var charts: [Resource] {
        get throws {
            try people.map { person in
                try person.with { if let wrong = misfiled[$0.id] { $0.memberID = wrong } }.clinicRecords()[0]
            }
        }
    }

    /// Whether an exchange is based on the consent of the person whose data it is.
    func isOwn(_ exchange: Exchange, _ identities: Identities) -> Bool {
        people.contains { person in
            exchange.member == identities.key(source: "clinic0", type: "Patient", id: person.id)
                && exchange.consent?.consent
                    == identities.key(source: "med0", type: "Consent", id: "consent-" + person.id)
        }
    }

    private static func face(of person: NamedMember) -> String { person.given + person.family + person.born }
}

/// Numbers that are the same for the same seed.
struct Numbers {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
