import FHIRClient
import PDex
import Serving

/// Which of a holder's requests are to be listed, and from where on.
struct MemberRequestQuery {
    /// Only these states.
    let states: Set<MemberRequestState>
    /// At most so many.
    let count: Int
    /// Only those behind this place.
    let after: MemberRequestPlace?
    private let named: [MemberRequestState]

    /// More are not listed in one answer.
    static let most = 1000
    /// So many are unless the query says how many.
    static let usual = 100

    /// Reads what follows the question mark.
    init(_ text: String) throws(Problem) {
        // What is misunderstood would show more than was asked for.
        guard let fields = FormFields(text),
            fields.pairs.allSatisfy({ ["state", "_count", "page"].contains($0.name) }),
            fields.values("_count").count < 2, fields.values("page").count < 2
        else {
            throw Problem(
                422, "Wrong query", "the query may have state, _count and page, encoded as a form is, and nothing else")
        }
        let words = fields.values("state")
        let named = words.compactMap { MemberRequestState(rawValue: $0) }
        guard named.count == words.count else {
            let all = MemberRequestState.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(422, "Wrong value", "state is one of \(all)")
        }
        guard let count = Int(fields["_count"] ?? "\(Self.usual)"), (1...Self.most).contains(count) else {
            throw Problem(422, "Wrong value", "_count is from 1 to \(Self.most)")
        }
        let after = fields["page"].flatMap { MemberRequestPlace(text: $0) }
        guard after != nil || fields["page"] == nil else {
            throw Problem(422, "Wrong value", "page is what the link of an earlier answer says")
        }
        self.named = named
        self.count = count
        self.after = after
        states = named.isEmpty ? Set(MemberRequestState.allCases) : Set(named)
    }

    /// The query of the page that begins behind `place`.
    func text(after place: MemberRequestPlace) -> String {
        let fields: [(String, String)] =
            named.map { ("state", $0.rawValue) } + [("_count", "\(count)"), ("page", place.text)]
        return fields.map { "\($0.0)=\(FormFields.encoded($0.1))" }.joined(separator: "&")
    }
}
