import PDex
import Testing

@Suite("National Provider Identifiers")
struct NPITests {
    @Test("the check digit of the published examples is right", arguments: ["1234567893", "1003000126", "1245319599"])
    func right(_ npi: String) {
        #expect(NPI.isValid(npi))
    }

    @Test("every other check digit is wrong", arguments: [0, 1, 2, 4, 5, 6, 7, 8, 9])
    func wrong(_ digit: Int) {
        #expect(!NPI.isValid("123456789\(digit)"))
    }

    @Test(
        "anything but ten digits is wrong",
        arguments: ["", "123456789", "12345678931", "123456789３", "123456789a", "0000000000"])
    func malformed(_ text: String) {
        #expect(!NPI.isValid(text))
    }
}
