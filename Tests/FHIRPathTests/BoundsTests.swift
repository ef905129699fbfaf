import FHIR
import FHIRPath
import Testing

@Suite("No expression runs away")
struct BoundsTests {
    private static func deep(_ depth: Int) -> JSONValue {
        (0..<depth).reduce(["a": 1]) { inner, _ in ["a": inner, "b": inner] }
    }

    @Test(
        "an expression that visits too much is stopped",
        arguments: [
            "descendants().descendants().count()", "descendants().select(%resource.descendants()).count()",
            "descendants().union(descendants()).count()",
        ])
    func stepLimit(text: String) throws {
        let resource = try Resource(["resourceType": "Basic", "tree": Self.deep(12)])
        let expression = try PathExpression(text)
        #expect(throws: PathError.self) { try expression.evaluate(resource) }
    }

    @Test("texts that grow with every replacement are stopped")
    func growingText() throws {
        let long = String(repeating: "a", count: 1_000)
        let resource = try Resource(["resourceType": "Basic", "x": .string(long)])
        let grown = "x.replace('a', %resource.x).replace('a', %resource.x).replace('a', %resource.x)"
        let expression = try PathExpression(grown)
        #expect(throws: PathError.self) { try expression.evaluate(resource) }
    }

    @Test(
        "an expression that is too deep, too long or too large is refused",
        arguments: [
            String(repeating: "(", count: 100) + "1" + String(repeating: ")", count: 100),
            String(repeating: "-", count: 5_000) + "1",
            String(repeating: "1+", count: 4_000) + "1",
            "a" + String(repeating: ".first()", count: 1_000),
            "a" + String(repeating: "[0]", count: 2_000),
            "a" + String(repeating: " is Patient", count: 700),
            String(repeating: "a", count: 9_000),
            String(repeating: "iif(", count: 100),
        ])
    func size(text: String) {
        #expect(throws: PathError.self) { try PathExpression(text) }
    }

    @Test(
        "an expression as large as it may be can be evaluated",
        arguments: [
            "a" + String(repeating: ".first()", count: 255), String(repeating: "1 + ", count: 256) + "1",
            String(repeating: "(", count: 63) + "a" + String(repeating: ")", count: 63),
            String(repeating: "a.exists(", count: 60) + "a" + String(repeating: ")", count: 60),
        ])
    func largest(text: String) throws {
        let values = try PathExpression(text).evaluate(try Resource(["resourceType": "Basic", "a": "x"]))
        #expect(values.count == 1)
    }

    @Test("any cut of an expression and any foreign character is refused or read, never a crash")
    func cuts() {
        let text =
            "a.where(b = 'x\\u0041' and c in (1 | 2.5 'mg')).first()[0] is FHIR.Patient or @2026-01-10T08:00Z < d"
        let outcomes = text.indices.flatMap { index in
            ["", "'", "@", "\\", "%", "$", "\u{1F600}", "`", "/*"].map { foreign in
                (try? PathExpression(String(text[..<index]) + foreign + text[index...].dropFirst())) == nil
            } + [(try? PathExpression(String(text[..<index]))) == nil]
        }
        #expect(outcomes.contains(true) && outcomes.contains(false))
    }

    @Test(
        "letters and digits with a combining mark are neither names nor numbers",
        arguments: ["b\u{301}", "a.b\u{301}c", "1\u{301}", "1.5\u{301}", "%b\u{302}"])
    func combiningMarks(text: String) {
        #expect(throws: PathError.self) { try PathExpression(text, variables: ["b\u{302}"]) }
    }

    @Test(
        "numbers at the edge do not overflow",
        arguments: [
            "9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2", "5 div 0", "5 mod 0",
            "5 / 0", "(-9223372036854775807 - 1) div -1",
        ])
    func arithmetic(text: String) throws {
        #expect(try PathExpression(text).evaluate(try Resource(["resourceType": "Basic"])) == [])
    }
}
