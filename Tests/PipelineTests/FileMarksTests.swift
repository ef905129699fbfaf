import FHIR
import PDex
import Testing

@testable import Pipeline

@Suite("Files that are known again")
struct FileMarksTests {
    private static let status = "https://fhir.clinic0.example/status/1"

    @Test("a file is known by its place when its link is signed afresh, or is another one altogether")
    func knowsByPlace() {
        let before = FileMarks([:], Self.manifest("a?sig=1", "b?sig=1"), at: Self.status)
        let progress = Self.progress(before, [0])

        for links in [["a?sig=1", "b?sig=1"], ["a?sig=2", "b?sig=2"], ["c", "d"]] {
            let now = FileMarks(progress, Self.manifest(links[0], links[1]), at: Self.status)
            #expect([0, 1].map { now.isWhole(Self.place($0)) } == [true, false])
        }
    }

    @Test("files that have changed places are not taken for each other")
    func noticesMoves() {
        let before = FileMarks([:], Self.manifest("a?sig=1", "b?sig=1"), at: Self.status)

        let now = FileMarks(
            Self.progress(before, [0]), Self.manifest("b?sig=2", "a?sig=2"), at: Self.status)

        #expect([0, 1].map { now.isWhole(Self.place($0)) } == [false, false])
    }

    @Test("a file of another count, another list or another export is another file")
    func tellsApart() {
        let before = FileMarks([:], Self.manifest("a", "b"), at: Self.status)
        let progress = Self.progress(before, [0])

        let other = FileMarks(progress, Self.manifest("a", "b"), at: Self.status + "0")
        let longer = FileMarks(progress, Self.manifest("a", "b", count: 11), at: Self.status)
        let same = FileMarks(progress, Self.manifest("a", "b"), at: Self.status)

        #expect(!other.isWhole(Self.place(0)))
        #expect(!longer.isWhole(Self.place(0)))
        #expect(!same.isWhole(FilePlace(list: .deleted, index: 0)))
        #expect(same.isWhole(Self.place(0)))
    }

    @Test("no signature is kept")
    func keepsNoSecret() {
        let marks = FileMarks([:], Self.manifest("a?sig=secret", "b"), at: Self.status)

        #expect(!"\(marks.mark(Self.place(0)))".contains("secret"))
    }

    private static func place(_ index: Int) -> FilePlace { FilePlace(list: .output, index: index) }

    private static func progress(_ marks: FileMarks, _ indices: [Int]) -> [String: String] {
        let entries = indices.map { marks.mark(place($0)) }
        return Dictionary(entries.map { ($0.unit, $0.cursor) }, uniquingKeysWith: { first, _ in first })
    }

    private static func manifest(_ first: String, _ second: String, count: Int = 10) -> ExportManifest {
        let files = [first, second].map {
            ExportManifest.File(type: "Observation", url: "https://x/\($0)", count: count)
        }
        return ExportManifest(
            transactionTime: Instant(seconds: 0), requiresAccessToken: true, output: files, errors: [],
            deleted: [ExportManifest.File(type: "Observation", url: "https://x/d", count: count)])
    }
}
