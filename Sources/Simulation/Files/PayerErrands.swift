import Console
import FHIR
import FHIRClient
import Jobs
import PDex
import PDexTesting
import Pipeline
import Serving

/// The payer's own staff: takes drops and fetches submitted files, when and as it likes.
struct PayerErrands: Sendable {
    let town: Town
    let house: House
    let shift: Shift

    private var order: TurnOrder { house.order }
    private var witness: Witness { house.witness }
    private var weather: Weather { house.weather }

    /// Runs until the week is over.
    func run() async {
        await TurnOrder.$thread.withValue("payer") {
            await order.turn("begin")
            while !shift.isOver {
                let pause = weather.isCalm ? 120.0 : [30.0, 120, 600, 5000][order.roll(4)]
                await order.turn("the payer's errands", seconds: pause)
                takeDrops(weather.isCalm ? .max : order.roll(6))
                await fetch()
            }
            order.leave()
        }
    }

    /// Takes at most this many drops, oldest first.
    func takeDrops(_ most: Int) {
        guard house.job.delivery.kind == .fileDrop else { return }
        for drop in town.box.drops().prefix(most) {
            guard let bundle = drop.bundle, !drop.submission.isEmpty else {
                witness.broke(.dropIsWhole, "\(drop.name) is not")
                continue
            }
            town.payer.take(bundle)
            let isKept = order.roll(4) > 0
            order.tell("the payer takes \(drop.name)\(isKept ? "" : ", and removes it")")
            witness.reach(isKept ? .dropTaken : .dropRemoved)
            do {
                try town.box.take(drop, keeping: isKept)
            } catch {
                witness.broke(.dropIsWhole, "\(drop.name) cannot be taken: \(error)")
            }
        }
    }

    private func fetch() async {
        for order in town.counter.open {
            guard weather.strikes(.oddFetching) else {
                await fetch(order, most: .max)
                continue
            }
            switch house.order.roll(5) {
            case 0:
                witness.reach(.neverFetched)
                town.counter.finish(order.id, outcomes: [Self.outcome("timeout")])
            case 1:
                witness.reach(.fetchedPartly)
                if await files(of: order, most: 2) != nil, house.order.roll(2) == 0 {
                    town.counter.finish(order.id, outcomes: [Self.outcome("incomplete")])
                }
            case 2:
                if await files(of: order, most: .max) != nil { witness.reach(.fetchedTwice) }
                await fetch(order, most: .max)
            // Fetched later.
            default: break
            }
        }
    }

    /// Fetches all files of an order, takes them, and reports that.
    private func fetch(_ order: SubmissionCounter.Order, most: Int) async {
        guard let files = await files(of: order, most: most), let bundle = FileBundle.made(of: files) else { return }
        let resources = (try? FHIRBundle(JSONParser.parse(bundle)).entries.compactMap(\.resource)) ?? []
        witness.reach(.fetched)
        if (house.order.now - order.at) / .seconds(1) >= 3600 { witness.reach(.fetchedLate) }
        // If an entry is refused, it is the last one; the rest of the bundle is taken.
        let refused = weather.strikes(.refusedEntry) ? resources.last : nil
        witness.took(resources, of: order.submission, refused == nil ? .all : .most)
        town.payer.take(bundle, butFor: refused.map { "\($0.type)/\($0.id ?? "")" })
        if refused != nil { witness.reach(.entryRefused) }
        town.counter.finish(order.id, outcomes: refused.map { [Self.refusal(of: $0)] } ?? [])
    }

    /// The files of an order that were handed out; nil when not all files wanted came.
    private func files(of order: SubmissionCounter.Order, most: Int) async -> [String: [UInt8]]? {
        var files: [String: [UInt8]] = [:]
        var names = ["manifest.json"]
        while !names.isEmpty, files.count < most {
            let name = names.removeFirst()
            let answer = await answer(order, name)
            switch (answer?.status, answer?.body) {
            case (200, .bytes(let bytes)):
                files[name] = bytes
                if name == "manifest.json" {
                    names += (try? JSONParser.parse(bytes)).map { FileBundle.names(in: $0) } ?? []
                }
            case (410, _):
                witness.reach(.filesGone)
                town.counter.finish(order.id, outcomes: [Self.outcome("deleted")])
                return nil
            case (503, _): return nil
            case (nil, _):
                witness.reach(.nobodyServed)
                if weather.strikes(.oddFetching) {
                    town.counter.finish(order.id, outcomes: [Self.outcome("not-found")])
                }
                return nil
            default:
                witness.broke(.nothingLost, "\(name) of \(order.id) was answered with \(answer?.status ?? 0)")
                return nil
            }
            await house.order.turn("between two files")
        }
        return files
    }

    /// Asks one of the processes now serving; nil when there is none.
    private func answer(_ order: SubmissionCounter.Order, _ name: String) async -> ServedAnswer? {
        let living = shift.living
        guard !living.isEmpty else { return nil }
        let process = living[house.order.roll(living.count)]
        return await TurnOrder.$thread.withValue(process.life.name + ".files") {
            let answer = await process.files.answer(
                ServedRequest(
                    "GET", "/submissions/\(order.id)/\(name)", headers: ["Authorization": order.authorization]))
            if answer.status == 200, case .bytes(let bytes) = answer.body {
                let lines = bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? Resource(parsing: Array($0)) }
                witness.judgeDisclosure(of: name.hasSuffix(".ndjson") ? lines : [])
                witness.judgeLook(at: order.submission)
            }
            return answer
        }
    }

    private static func outcome(_ code: String) -> JSONValue {
        ["resourceType": "OperationOutcome", "issue": [["severity": "error", "code": .string(code)]]]
    }

    private static func refusal(of resource: Resource) -> JSONValue {
        let url = "http://hl7.org/fhir/StructureDefinition/operationoutcome-sourceResource"
        return [
            "resourceType": "OperationOutcome", "issue": [["severity": "error", "code": "invalid"]],
            "extension": [
                [
                    "url": .string(url),
                    "valueReference": ["reference": .string("\(resource.type)/\(resource.id ?? "")")],
                ]
            ],
        ]
    }
}
