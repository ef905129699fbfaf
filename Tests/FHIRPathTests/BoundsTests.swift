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
            "descendants().aggregate($total.combine($total), 1).count()",

            "1.repeat($this + 1).count()", "'a'.repeat($this & 'a').count()",
            "descendants().take(17).aggregate(iif($index < 16, $total.combine($total), %resource.descendants().take(2000)"
                + ".select($total)), 1).count()",
        ])
    func stepLimit(text: String) throws {
        let resource = try Resource(["resourceType": "Basic", "tree": Self.deep(12)])
        let expression = try PathExpression(text)
        #expect(throws: PathError.self) { try expression.evaluate(resource) }
    }

    @Test(
        "comparing large structures again and again is stopped",
        arguments: [
            "item.select(%resource.tree = %resource.tree).count()",
            "item.select(%resource.tree ~ %resource.tree).count()",
            "item.where(%resource.tree in %resource.tree).count()", "item.select(%resource.tree).distinct().count()",
            "item.select(%resource.tree).intersect(%resource.tree).count()", "wide ~ wide",
            "item.select(%resource.tree).subsetOf(%resource.tree)",
        ])
    func comparisons(text: String) throws {
        let nested = (0..<3).reduce(JSONValue.array([["a": 1]])) { inner, _ in
            .array((0..<40).map { ["n": .number(JSONNumber($0)), "in": inner] })
        }
        let resource = try Resource([
            "resourceType": "Basic", "tree": Self.deep(12), "wide": ["all": nested],
            "item": .array((0..<40).map { .number(JSONNumber($0)) }),
        ])
        let expression = try PathExpression(text)
        #expect(throws: PathError.self) { try expression.evaluate(resource) }
    }

    @Test("comparing a resource with itself is still possible")
    func oneComparison() throws {
        let resource = try Resource(["resourceType": "Basic", "tree": Self.deep(10)])
        #expect(try PathExpression("tree = tree and tree ~ tree").isTrue(resource))
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

    @Test(
        "patterns that explode elsewhere take a time proportional to the text",
        arguments: ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*x", "(a*)*b", "([a-z]+)*1"])
    func patterns(pattern: String) throws {
        let text = String(repeating: "a", count: 2_000) + "!"
        let resource = try Resource(["resourceType": "Basic", "x": .string(text), "p": .string(pattern)])
        #expect(try PathExpression("x.matches(%resource.p)").evaluate(resource) == [.boolean(false)])
    }

    @Test("a pattern stops at the steps that are allowed")
    func patternSteps() throws {
        let resource = try Resource(["resourceType": "Basic", "x": .string(String(repeating: "a", count: 100_000))])
        var environment = PathEnvironment()
        environment.stepLimit = 1_000
        let expression = try PathExpression("x.matches('(a|b|c|d){1,50}e')")
        #expect(throws: PathError.self) { try expression.evaluate(resource, environment: environment) }
    }

    @Test(
        "a text is no longer than is allowed", arguments: ["x & x", "x + x", "x.join()", "x.replaceMatches('a', 'bb')"])
    func textLimit(text: String) throws {
        let resource = try Resource(["resourceType": "Basic", "x": .string(String(repeating: "a", count: 600))])
        var environment = PathEnvironment()
        environment.textLimit = 599
        let expression = try PathExpression(text)
        #expect(throws: PathError.self) { try expression.evaluate(resource, environment: environment) }
    }

    @Test(
        "numbers at the edge of what can be written stop nothing",
        arguments: [
            "x.value * 2", "2.power(-9223372036854775807 - 1)", "2.0.power(9223372036854775807)",
            "@2020-01-01 + 9223372036854775807 years", "@2020-01-01T10:00 - 9223372036.0 seconds",
            "@2020 - 9223372036854775807 days",
            "1 'm-9223372036854775808' = 1 'm'", "1 'm99' = 1 'cm99'", "x.y.toDecimal()",
            "1.5.round(9223372036854775807)",
            "0.0000000000000000000000000000000000001.highBoundary()",
            "'a'.matches('(?:(?:(?:(?:){1000}){1000}){1000}){1000}')",
        ])
    func edges(text: String) throws {
        let json = #"{"resourceType":"Basic","x":{"value":1e-9223372036854775808,"y":"1e-9223372036854775808"}}"#
        let resource = try Resource(parsing: Array(json.utf8))
        #expect(throws: Never.self) {
            do { _ = try PathExpression(text).evaluate(resource) } catch is PathError {}
        }
    }
}
