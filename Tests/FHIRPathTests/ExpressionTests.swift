import FHIR
import FHIRPath
import Testing

@Suite("Expressions as mapping files use them")
struct ExpressionTests {
    private static let observation: JSONValue = [
        "resourceType": "Observation", "id": "o1", "status": "final",
        "category": [["coding": [["system": "urn:c", "code": "vital-signs"]]]],
        "effectiveDateTime": "2026-01-10T08:00:00-05:00",
        "_issued": ["extension": [["url": "urn:why", "valueCode": "unknown"]]],
        "valueQuantity": ["value": 5, "unit": "kg", "code": "kg"],
        "component": [["code": ["text": "a"]], ["code": ["text": "b"], "valueString": "x"]],
        "subject": ["reference": "Patient/p1"], "performer": [["reference": "#c1"]],
        "contained": [
            [
                "resourceType": "Practitioner", "id": "c1",
                "name": [
                    [
                        "given": [.null, "Grace"],
                        "_given": [["extension": [["url": "urn:why"]]], .null],
                    ]
                ],
            ]
        ],
    ]

    private func isTrue(_ expression: String) throws -> Bool {
        try PathExpression(expression, variables: ["clinic"]).isTrue(
            try Resource(Self.observation), environment: PathEnvironment(variables: ["clinic": ["base": "urn:here"]]))
    }

    @Test(
        "hold on the resource",
        arguments: [
            "status in ('final' | 'amended')", "status != 'entered-in-error'", "effective.exists()",
            "value.unit = 'kg'",
            "value.ofType(Quantity).exists() and value.ofType(string).empty()", "effective.ofType(dateTime).exists()",
            "effective > @2026-01-09", "effective < @2026-01-11T00:00:00Z", "effective = @2026-01-10T13:00:00Z",
            "category.coding.exists(system = 'urn:c' and code = 'vital-signs')", "component.all(code.exists())",
            "component.where(value.empty()).code.text = 'a'", "component[1].value = 'x'", "component.count() = 2",
            "issued.exists() and issued.hasValue().not()", "issued.extension('urn:why').value = 'unknown'",
            "performer.resolve().name.given.count() = 2", "performer.resolve() is Practitioner",
            "performer.resolve().name.given.where(hasValue()) = 'Grace'", "Observation.status = 'final'",
            "Patient.status.empty()", "%clinic.base = 'urn:here'", "%resource.id = 'o1'", "value = 5.0 'kg'",
            "value > 4 'kg'",
            "subject.reference.startsWith('Patient/')", "iif(status = 'final', 1, 2) = 1",
            "bodySite.iif(empty(), 1, 2) = 1",
            "status.iif(empty(), 1, 2) = 2", "bodySite.iif(status.empty(), 1, 2) = 1",
            "coalesce(code, status) = 'final'",
            "({}).empty()", "(status = 'x' and code.text = 'y').not()", "component.code.text.distinct().count() = 2",
            "(1 | 2 | 2).count() = 2", "status & '!' = 'final!'", "status ~ 'FINAL'", "'a\\u0062' = 'ab'",
            "7 div 2 = 3",
            "descendants().where($this = 'b').exists()", "component.select(code.text) = ('a' | 'b')",
        ])
    func holds(expression: String) throws {
        #expect(try isTrue(expression))
    }

    @Test(
        "two elements are equal when they mean the same, and nothing is said where one is less precise",
        arguments: [
            (#"{"value": 1, "code": "kg", "system": "s"}"#, #"{"value": 1000, "code": "g", "system": "s"}"#, true),
            (#"{"value": 1, "code": "kg"}"#, #"{"value": 1, "code": "g"}"#, false),
            (#"{"value": 1, "code": "kg", "comparator": "<"}"#, #"{"value": 1, "code": "kg"}"#, false),
            (#""2026-01-10""#, #""2026-01-10T08:00:00Z""#, nil), (#""2026-01-10""#, #""2026-01-11T08:00:00Z""#, false),
            (#""a-1""#, #""a-2""#, false),
        ])
    func elements(one: String, two: String, isSame: Bool?) throws {
        let resource = try Resource(["resourceType": "Basic", "a": JSONParser.parse(one), "b": JSONParser.parse(two)])
        let expected: [JSONValue] = isSame.map { [.bool($0)] } ?? []

        #expect(try PathExpression("a = b").json(resource) == expected)
    }

    @Test("signs may stand before signs")
    func signs() throws {
        #expect(try isTrue("--1 = 1 and +-1 = -1"))
    }

    @Test(
        "do not hold on the resource",
        arguments: [
            "status = 'amended'", "code.exists()", "issued = 'x'", "effective > @2026-01-10T13:00:00Z", "value = 5 'g'",
            "status in {}", "code.text = 'a'", "effective = @2026-01", "component.value.hasValue() = false",
        ])
    func doesNotHold(expression: String) throws {
        #expect(try !isTrue(expression))
    }

    @Test(
        "cannot be read, and say where",
        arguments: [
            ("status.exsts()", 8), ("status = ", 10), ("status = 'x", 10), ("where(", 7), ("a..b", 3),
            ("status.first(1)", 8),
            ("%nothing", 1), ("@2026-13-01", 1), ("a § b", 3), ("x as dateTme", 6), ("(a", 3), ("a b", 3), ("'\\q'", 2),
        ])
    func refused(expression: String, column: Int) {
        let error = #expect(throws: PathError.self) { try PathExpression(expression) }
        #expect(error?.column == column)
    }

    @Test("are refused when several items stand where one is expected")
    func singletons() throws {
        let expression = try PathExpression("component.code.text < 'x'")
        let resource = try Resource(Self.observation)
        #expect(throws: PathError.self) { try expression.isTrue(resource) }
    }

    @Test("yield elements exactly as they stand in the resource")
    func json() throws {
        let values = try PathExpression("value | status").json(try Resource(Self.observation))
        #expect(values == [["value": 5, "unit": "kg", "code": "kg"], "final"])
    }
}
