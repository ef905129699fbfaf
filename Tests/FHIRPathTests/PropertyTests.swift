import FHIR
import Testing

@testable import FHIRPath

@Suite("What holds for every expression and value")
struct PropertyTests {
    @Test("what is printed of an expression reads as the same tree", arguments: 0..<400)
    func printing(seed: Int) throws {
        var maker = ExpressionMaker(seed: UInt64(seed))
        let text = maker.expression(depth: 5)
        var first = try Parser(text, variables: ["clinic"])
        let printed = try first.parse().description
        var second = try Parser(printed, variables: ["clinic"])
        #expect(try second.parse().description == printed)
    }

    @Test("an expression and its print yield the same", arguments: 0..<400)
    func meaning(seed: Int) throws {
        var maker = ExpressionMaker(seed: UInt64(seed))
        let text = maker.expression(depth: 4)
        var parser = try Parser(text, variables: [])
        let printed = try parser.parse().description
        #expect(Self.outcome(text) == Self.outcome(printed))
    }

    @Test("an order of two moments is the other way round from the other side", arguments: 0..<500)
    func moments(seed: Int) throws {
        var maker = ExpressionMaker(seed: UInt64(seed))
        let (one, two) = (try #require(PathMoment(maker.moment())), try #require(PathMoment(maker.moment())))
        let back: [Ordering?: Ordering?] = [.less: .greater, .greater: .less, .equal: .equal, nil: nil]
        #expect(two.compare(one) == back[one.compare(two)])
        #expect(one.compare(one) == .equal)
    }

    @Test("a sum less one of its parts is the other part, to the last digit", arguments: 0..<500)
    func sums(seed: Int) throws {
        var maker = ExpressionMaker(seed: UInt64(seed))
        let (one, two) = (maker.decimal(), maker.decimal())
        let sum = try #require(one.adding(two))
        #expect(sum.subtracting(two) == one)
        #expect(sum == two.adding(one))
        #expect(PathDecimal(sum.description)?.description == sum.description)
    }

    @Test("a product divided by one of its parts is the other part", arguments: 0..<500)
    func products(seed: Int) throws {
        var maker = ExpressionMaker(seed: UInt64(seed))
        let (one, two) = (maker.decimal(), maker.decimal())
        let product = try #require(one.multiplied(by: two))
        let quotient = two.isZero ? one : try #require(product.divided(by: two))
        #expect(quotient == one)
        #expect(product == two.multiplied(by: one))
    }

    @Test("what has too many digits is empty, not wrong")
    func overflow() throws {
        let large = try #require(PathDecimal("99999999999999999999999999999999999999"))
        #expect(large.multiplied(by: large) == nil)
        #expect(large.adding(large) == nil)
        #expect(large.divided(by: PathDecimal(0)) == nil)
        #expect(PathDecimal("1e60") == nil)
    }

    @Test("a union with itself is itself, and joining twice joins once", arguments: 0..<200)
    func unions(seed: Int) throws {
        var maker = ExpressionMaker(seed: UInt64(seed))
        let (one, two) = (maker.collection(), maker.collection())
        let once = Self.outcome("\(one) | \(two)")
        #expect(Self.outcome("(\(one) | \(two)) | \(two)") == once)
        #expect(Self.outcome("(\(one) | \(two)) | (\(one) | \(two))") == once)
        #expect(Self.outcome("((\(one) | \(two))).isDistinct()") == [.boolean(true)])
    }

    /// What an expression yields on a small resource; nil when it is refused.
    private static func outcome(_ text: String) -> [PathValue]? {
        guard let resource = try? Resource(["resourceType": "Basic", "id": "b", "a": ["x", "y"], "n": 3]) else {
            return nil
        }
        return try? PathExpression(text).evaluate(resource)
    }
}
