import DeclarativeFiles
import Testing

@Suite("Suggestions")
struct SuggestionTests {
    private let keys = ["schedule", "select", "request", "retry", "to", "from", "match"]

    @Test(
        "a slip is understood",
        arguments: [
            ("schedul", "schedule"), ("shcedule", "schedule"), ("Schedule", "schedule"), ("slect", "select"),
            ("form", "from"), ("retyr", "retry"), ("mach", "match"), ("too", "to"),
        ])
    func slips(word: String, meant: String) {
        #expect(Suggestion.closest(to: word, among: keys) == meant)
    }

    @Test("what is like nothing brings no suggestion", arguments: ["colour", "x", "", "schedulesandmore"])
    func strangers(word: String) {
        #expect(Suggestion.closest(to: word, among: keys) == nil)
    }

    @Test("a word of a thousand letters is not looked at")
    func longWords() {
        let long = String(repeating: "a", count: 1000)
        #expect(Suggestion.closest(to: long, among: [long]) == nil)
    }
}
