import PDex

/// The status and id that identify an answer in its receipt (RD-23).
struct AnswerMark: Sendable, Hashable {
    /// The HTTP status; 0 when no answer came.
    let status: Int
    /// The id that the payer gave to the answer.
    let id: String?

    /// No answer came.
    static let none = AnswerMark(status: 0, id: nil)
    /// Everything was there when it was read back.
    static let readBack = AnswerMark(status: 200, id: nil)

    init(_ answer: PayerAnswer) {
        self.init(status: answer.status, id: answer.answerID)
    }

    private init(status: Int, id: String?) {
        self.status = status
        self.id = id
    }
}
