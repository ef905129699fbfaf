import FHIR
import Testing

@Suite("An HTTP date")
struct HTTPDateTests {
    @Test(
        "is read in its three forms",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ])
    func isRead(text: String) {
        #expect(Instant(httpDate: text) == Instant("1994-11-06T08:49:37Z"))
    }

    @Test("of two digits is of the century that ages best")
    func choosesTheCentury() {
        #expect(Instant(httpDate: "Monday, 01-Jan-70 00:00:00 GMT") == Instant("1970-01-01T00:00:00Z"))
        #expect(Instant(httpDate: "Monday, 29-Feb-68 00:00:00 GMT") == Instant("2068-02-29T00:00:00Z"))
    }

    @Test("may have a leap second, and days of two digits in the form of C")
    func isReadAtTheEdges() {
        #expect(Instant(httpDate: "Sat, 31 Dec 2016 23:59:60 GMT") == Instant("2017-01-01T00:00:00Z"))
        #expect(Instant(httpDate: "Wed Nov 16 08:49:37 1994") == Instant("1994-11-16T08:49:37Z"))
    }

    @Test("is written in the first form, the day's name included")
    func isWritten() {
        #expect(Instant("1994-11-06T08:49:37.9Z")?.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Instant("1900-01-01T00:00:00Z")?.httpDate == "Mon, 01 Jan 1900 00:00:00 GMT")
        #expect(Instant("2024-02-29T23:59:59Z")?.httpDate == "Thu, 29 Feb 2024 23:59:59 GMT")
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 GMT",
            "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "1994-11-06T08:49:37Z",
        ])
    func isNotRead(text: String) {
        #expect(Instant(httpDate: text) == nil)
    }
}
