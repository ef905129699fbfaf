import FHIR

@testable import FHIRPath

extension FuzzTarget {
    /// Any text is read or refused; evaluating what was read ends within its step limit, twice with the same result.
    static let fhirPath = FuzzTarget(
        name: "fhirpath",
        seeds: [
            "name.where(use = 'official').given.first() + ' ' & name.family", "identifier.exists($this.value > '1')",
            "birthDate <= @2026-01-11 and (active or active.not())", "1.5 'mg' * 2 / 3 - -1", "id.matches('^a+$')",
            "id.substring(1, 2).replace('a', `b`).toInteger()", "name.given | name.family.select($index) is string",
            "meta.lastUpdated > @2026-01-11T02:13:45.1+02:00 // x", "iif(/* c */ {}, %resource.id, %sct) ~ 'x'",
            "9223372036854775807 + 1", "1 div 0 + 1 mod 0", "name[0].repeat(given).count() in (1 | 2)",
            "@T12:30 = @T12", "(1|2).aggregate($total + $this, 0) > 4 'mg'", "'a-b'.replaceMatches('(a|b)+?', '$1')",
            "1.5 'mg/dL' / 2 'm' ~ 3 'g'", "@2020-02-29 + 1 year - 7.5 days", "name.sort(-family).type().name",
            "multipleBirth is FHIR.integer", "'MQ=='.decode('base64').split(',').join()",
            "1.587.lowBoundary(2).power(-3)",
            "extension.value.precision() | '1 \\'d\\''.toQuantity('h')", "id.encode('hex').escape('html').htmlChecks()",
            "birthDate.conformsTo('http://hl7.org/fhir/StructureDefinition/date')",
        ]
    ) { input in
        let text = String(decoding: input, as: UTF8.self)
        if var lexer = try? Lexer(text), let tokens = try? lexer.tokens() { check(tokens) }
        checkPrint(text)
        guard let expression = try? PathExpression(text, variables: ["clinic"]) else { return }
        var environment = PathEnvironment(variables: ["clinic": .string("Clinic0")])
        environment.stepLimit = 2_000
        let first = try? expression.evaluate(person, environment: environment)
        let second = try? expression.evaluate(person, environment: environment)
        promise(first == second, "evaluated twice it differs")
        _ = try? expression.json(person, environment: environment)
    }

    /// A printed tree reads as the same tree, unless the parentheses made it too deep.
    private static func checkPrint(_ text: String) {
        guard var parser = try? Parser(text, variables: ["clinic"]), let printed = try? parser.parse().description,
            var again = try? Parser(printed, variables: ["clinic"]), let second = try? again.parse().description
        else { return }
        promise(second == printed, "printed twice it differs")
    }

    private static func check(_ tokens: [Token]) {
        promise(tokens.last?.kind == .end, "the end is missing")
        for token in tokens {
            switch token.kind {
            case .number(let text): promise(text.utf8.allSatisfy { $0 < 0x80 }, "a number of other digits")
            case .name(let text, quoted: false): promise(text.utf8.allSatisfy { $0 < 0x80 }, "a name of other letters")
            default: break
            }
        }
    }

    private static let person: Resource = {
        let text = #"""
            {"resourceType":"Patient","id":"a1","meta":{"lastUpdated":"2026-01-11T02:13:45.120Z"},"active":true,
            "identifier":[{"system":"urn:x","value":"1"},{"value":"22"}],"birthDate":"1980-02-29","multipleBirthInteger":2,
            "name":[{"use":"official","family":"Ö","given":["A","B"]},{"given":["C"]}],"extension":[{"url":"u","valueDecimal":1.50}]}
            """#
        guard let person = try? Resource(parsing: Array(text.utf8)) else { fatalError("the person is malformed") }
        return person
    }()
}
