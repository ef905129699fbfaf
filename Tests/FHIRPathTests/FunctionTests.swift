import FHIR
import FHIRPath
import Testing

@Suite("Functions and units")
struct FunctionTests {
    private static let patient: JSONValue = [
        "resourceType": "Patient", "id": "p1", "active": true, "gender": "female", "birthDate": "1980-02-29",
        "_birthDate": ["extension": [["url": "urn:time", "valueDateTime": "1980-02-29T04:00:00Z"]]],
        "name": [["family": "Ö", "given": ["A", "B"]], ["given": ["C"]]],
        "managingOrganization": ["reference": "Organization/o1"], "multipleBirthInteger": 2,
        "contact": [["name": ["family": "Z"]]],
    ]

    private static let environment: PathEnvironment = {
        let organization: JSONValue = ["resourceType": "Organization", "id": "o1", "name": "One"]
        var environment = PathEnvironment(resolve: { text in
            text == "Organization/o1" ? try? Resource(organization) : nil
        })
        environment.memberOf = { json, url in url == "urn:set" ? json.string == "female" : nil }
        environment.conformsTo = { json, url in url == "urn:profile" ? json["id"]?.string == "p1" : nil }
        environment.now = Instant("2026-11-25T16:15:00.000Z")
        return environment
    }()

    private func isTrue(_ expression: String) throws -> Bool {
        try PathExpression(expression).isTrue(try Resource(Self.patient), environment: Self.environment)
    }

    @Test(
        "hold",
        arguments: [
            "gender is code and gender is string and (gender is id).not()", "birthDate is date",
            "contact is BackboneElement",
            "contact.name.type().name = 'HumanName'", "multipleBirth is integer", "%resource is DomainResource",
            "birthDate.extension('urn:time').value is dateTime", "managingOrganization.resolve() is Organization",
            "managingOrganization.resolve().name.is(string)", "gender.memberOf('urn:set')",
            "gender.memberOf('urn:other').empty()", "conformsTo('urn:profile')",
            "conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')",
            "now() = @2026-11-25T16:15:00.000Z and today() = @2026-11-25 and timeOfDay() = @T16:15:00.000",
            "birthDate + 1 year = @1981-02-28", "birthDate - 1 month = @1980-01-29", "@2014 + 24 months = @2016",
            "@2014-12-31T23:59:59Z + 1 second = @2015-01-01T00:00:00Z", "@T23:30 + 1 hour = @T00:30",
            "@0001-01-01 - 1 day = @2000 = {}  or (@0001-01-01 - 1 day).empty()", "(@9999-12-31 + 1 day).empty()",
            "1 'mg/dL' = 10 'mg/L'", "120 'mm[Hg]' > 1 'kPa'", "60 '/min' = 1 '/s'", "1 'kg' > 2 '[lb_av]'",
            "(37 'Cel' = 98.6 '[degF]').empty()", "5 '10*9/L' = 5 '10*3/uL'", "1 year = 12 months",
            "1 'h' + 30 'min' = 90 'min'", "6 'm' / 2 's' = 3 'm/s'", "(1 'cm' + 1 's').empty()",
            "2 * 3 'mg' = 6 'mg'", "'1.5 \\'mg\\''.toQuantity('ug') = 1500 'ug'", "1 year ~ 1 'a'",
            "name.given.aggregate($total & $this) = 'ABC'", "name.given.join('-') = 'A-B-C'",
            "'a,b'.split(',').last() = 'b'", "'a-b-c'.lastIndexOf('-') = 3",
            "'x1y22'.replaceMatches('[0-9]+', '<$0>') = 'x<1>y<22>'",
            "'2026-01'.replaceMatches('(\\\\d+)-(\\\\d+)', '$2/$1') = '01/2026'", "'abc'.matches('^a.c$')",
            "'a\\nc'.matches('a.c')", "'AbC'.matchesFull('[A-C]b?[^a-z]')", "'foo bar'.matches('\\\\bbar\\\\b')",
            "'aaa'.matchesFull('a{2,3}') and 'aaaa'.matchesFull('a{2,3}').not()", "'ac'.matchesFull('(?:a|b)c')",
            "'axb'.replaceMatches('.*?x', '') = 'b'", "'é'.encode('base64').decode('base64') = 'é'",
            "'<&>'.escape('html').unescape('html') = '<&>'", "descendants().exists($this = 'Z')",
            "name.sort(-family).first().given = 'C'", "(3 | 1 | 2).sort() = (1 | 2 | 3)",
            "'<div xmlns=\"http://www.w3.org/1999/xhtml\"><p a=\">\">x</p><br/></div>'.htmlChecks()",
            "'<div><script>x</script></div>'.htmlChecks().not()", "'<div onclick=\"x\">x</div>'.htmlChecks().not()",
            "'<div><p>x</div>'.htmlChecks().not()", "'<p>x</p>'.htmlChecks().not()",
            "birthDate.getValue() is System.Date", "2.power(-1) = 0.5", "10.power(40).empty()", "(-2).sqrt().empty()",
            "1.50.toString() = '1.50'", "0.1 + 0.2 = 0.3", "1 / 3 * 3 ~ 1",
            "(99999999999999999999.0 * 99999999999999999999.0).empty()",
            "%`vs-x` = 'http://hl7.org/fhir/ValueSet/x'", "name.all($index < 2)", "name.repeat(given).count() = 3",
            "(1 | 2).combine(2).exclude(2) = 1", "(1 | 2) = (1 | 2).intersect(2 | 1)", "(true | false).anyTrue()",
            "%context.id = 'p1' and %rootResource.id = 'p1'",
        ])
    func holds(expression: String) throws {
        #expect(try isTrue(expression))
    }

    @Test(
        "are refused when read, with the place",
        arguments: [
            ("id.matches('a(')", 4), ("id.matches('(?=a)')", 4), ("id.matches('a{5000}')", 4),
            ("id.matches('[b-a]')", 4),
            ("id.replaceMatches('(a{900}){900}', '')", 4), ("id is Foo", 7), ("'a'.iif('b', 1)", 5),
            ("99999999999999999999", 1),
        ])
    func refused(expression: String, column: Int) {
        let error = #expect(throws: PathError.self) { try PathExpression(expression) }
        #expect(error?.column == column)
    }

    @Test(
        "are refused when evaluated",
        arguments: [
            "name as HumanName", "conformsTo('urn:unknown')", "name.given.getValue()", "(1 | 2).toString()", "1 + 'a'",
            "@2020-01-01 + 1 'mo'", "@2020-01-01 + 1 'cm'", "('a' | 1).sort()", "'a'.encode('rot13')",
            "('a' | 'b').iif(true, 1)",
            "name.join(',')", "(1 | 'a').allTrue()", "name & 'x'", "'a'.abs()",
        ])
    func refusedLater(expression: String) throws {
        let read = try PathExpression(expression)
        let resource = try Resource(Self.patient)
        #expect(throws: PathError.self) { try read.evaluate(resource, environment: Self.environment) }
    }

    @Test("a clock is an error where there is none")
    func noClock() throws {
        let expression = try PathExpression("today() > @2020")
        let resource = try Resource(Self.patient)
        #expect(throws: PathError.self) { try expression.isTrue(resource) }
    }

    @Test("a contained resource knows the one that holds it")
    func rootResource() throws {
        var environment = PathEnvironment()
        environment.rootResource = try Resource([
            "resourceType": "Patient", "id": "root", "contained": [["resourceType": "Organization", "id": "c"]],
        ])
        let contained = try Resource(["resourceType": "Organization", "id": "c", "partOf": ["reference": "#"]])
        let expression = try PathExpression(
            "%resource.id = 'c' and %rootResource.id = 'root' and partOf.resolve().id = 'root'")
        #expect(try expression.isTrue(contained, environment: environment))
    }

    @Test("an error knows its line")
    func lines() {
        let text = "name.exists()\n  and name.exsts()"
        let error = #expect(throws: PathError.self) { try PathExpression(text) }
        #expect(error?.line(in: text) == 2)
        #expect(error?.columnOfLine(in: text) == 12)
    }
}
