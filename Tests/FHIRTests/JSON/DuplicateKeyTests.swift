import FHIR
import Testing

@Suite("A name that an object has already")
struct DuplicateKeyTests {
    @Test(
        "is refused at every depth, in every spelling",
        arguments: [
            (#"{"a":1,"a":1}"#, 7), (#"{"a":1,"b":2,"a":3}"#, 13), (#"{"x":{"a":1,"a":2}}"#, 12),
            (#"[[{"a":1,"a":2}]]"#, 9), (#"{"":1,"":2}"#, 6), (#"{"a":1,"\u0061":2}"#, 7), (#"{"\u0061":1,"a":2}"#, 12),
            (#"{"\u0061":1,"\u0061":2}"#, 12), (#"{"/":1,"\/":2}"#, 7), (#"{"é":1,"\u00e9":2}"#, 8),
            (#"{"a":{"b":1},"a":2}"#, 13), (#"{"valueCodeableConcept":1,"valueCodeableConcept":2}"#, 26),
            (#"{"b":{"a":1,"c":2},"d":[{"a":1},{"e":1,"e":1}]}"#, 39),
        ])
    func isRefused(text: String, offset: Int) {
        #expect(throws: JSONError(.duplicateKey, at: offset)) { try JSONParser.parse(text) }
    }

    @Test(
        "is not mistaken for a name in another object, a longer one, or another spelling of the character",
        arguments: [
            #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":{"b":1},"b":2}"#, #"{"a":1,"A":2}"#,
            #"{"a":1,"aa":2}"#,
            #"{"valueCodeableConcept":1,"valueCXdeableConcept":2}"#, #"{"K":1,"\u212a":2}"#,
            #"{"\u00e9":1,"e\u0301":2}"#, #"{"a":1,"a\u0000":2,"\u0000a":3,"\u0000":4,"":5}"#,
        ])
    func isNotMistaken(text: String) throws {
        let value = try JSONParser.parse(text)
        #expect(try JSONParser.parse(value.serialized()) == value)
    }

    @Test("is refused wherever it stands in an object of any size", arguments: [2, 5, 31, 32, 33, 34, 100, 1_000])
    func isFoundInObjectsOfAnySize(size: Int) throws {
        let names = (0..<size).map { "member-number-\($0)" }
        let unique = names.map { "\"\($0)\":1" }.joined(separator: ",")

        #expect(try JSONParser.parse("{\(unique)}").object?.count == size)
        for name in [names[0], names[size / 2], names[size - 1]] {
            let error = #expect(throws: JSONError.self) { try JSONParser.parse("{\(unique),\"\(name)\":2}") }
            #expect(error == JSONError(.duplicateKey, at: unique.utf8.count + 2))
        }
    }

    @Test("is found in big objects within big objects")
    func isFoundInNestedBigObjects() {
        let many = (0..<40).map { "\"name\($0)\":1" }.joined(separator: ",")
        #expect(throws: Never.self) { try JSONParser.parse("{\(many),\"inner\":{\(many)},\"last\":1}") }
        #expect(throws: JSONError.self) { try JSONParser.parse("{\(many),\"inner\":{\(many)},\"name7\":1}") }
        #expect(throws: JSONError.self) { try JSONParser.parse("{\(many),\"inner\":{\(many),\"name7\":1}}") }
    }

    @Test("costs no more than sorting, even when all names look alike", .timeLimit(.minutes(1)))
    func costsLittle() throws {
        // Names of one length that share their first and their last eight bytes.
        let names = (10_000..<30_000).map { "\"samestart\($0)sameend\":0" }.joined(separator: ",")
        #expect(try JSONParser.parse("{\(names)}").object?.count == 20_000)
    }
}
