import FHIR
import PDex
import PDexTesting

/// The payer as one process sees it, with everything that may go wrong in between.
struct ProcessPayer: PayerServer {
    let payer: ScriptedPayer
    let seams: ProcessSeams
    let planted: PlantedMemory

    var base: String { payer.base }

    func capability() async throws -> ServerCapability {
        try await through("the payer's capability") { try await payer.capability() }
    }

    func search(_ query: SearchQuery) async throws -> SearchPage {
        try await through("the payer's \(query.path)") { try await payer.search(query) }
    }

    func page(_ link: String) async throws -> SearchPage {
        try await through("a page of the payer's") { try await payer.page(link) }
    }

    func read(type: String, id: String) async throws -> [UInt8]? {
        try await through("the payer's \(type)") { try await payer.read(type: type, id: id) }
    }

    func unreadableTypes(among types: [String]) async throws -> [String] {
        try await payer.unreadableTypes(among: types)
    }

    func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        try await seams.pass("before a delivery", .killedBeforeDelivery)
        if seams.weather.strikes(.killInDelivery) { try seams.end(.killedBeforeDelivery) }
        try await lastLook()
        return planted.heard(try await planted.deliver(bundle, requestID) { try await deliver($0, $1) })
    }

    func matchMember(
        _ question: MemberMatchQuestion, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer {
        try await through("a question who a member is") {
            try await payer.matchMember(question, lastLook: lastLook)
        }
    }

    func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        try await through("a question who many members are") {
            try await payer.startMatchingMembers(questions, lastLook: lastLook)
        }
    }

    private func deliver(_ bundle: [UInt8], _ requestID: String) async throws -> PayerAnswer {
        let trouble = Self.troubles.first { seams.weather.strikes($0) }
        seams.order.tell("delivery \(requestID) under \(trouble?.rawValue ?? "no trouble")")
        let answer = try await answer(to: bundle, requestID, under: trouble)
        if seams.weather.strikes(.slowPayer) {
            await seams.order.turn("a slow answer", seconds: [30.0, 200, 320][seams.order.roll(3)])
            try seams.life.goOn()
        }
        if seams.weather.strikes(.killInDelivery) { try seams.end(.killedAfterDelivery) }
        try await seams.pass("after a delivery", .killedAfterDelivery)
        if trouble == .lostAnswer {
            seams.witness.reach(.answerLost)
            throw Fault(.payerUnknownOutcome, .retry, "the simulated answer was lost")
        }
        return answer
    }

    private static let troubles: [Trouble] = [
        .payerFails, .payerThrottles, .payerUnreachable, .lostAnswer, .busyEntry, .refusedEntry,
    ]

    private func answer(to bundle: [UInt8], _ requestID: String, under trouble: Trouble?) async throws -> PayerAnswer {
        let order = seams.order
        switch trouble {
        case .payerFails: return refusal(bundle, requestID, [500, 502, 503][order.roll(3)], nil)
        case .payerThrottles: return refusal(bundle, requestID, [429, 503][order.roll(2)], 60 + order.roll(900))
        case .payerUnreachable:
            seams.witness.reach(.payerAway)
            throw Fault(.remoteUnreachable, .retry, "the simulated payer cannot be reached")
        case .busyEntry, .refusedEntry:
            if payer.most?.isExceeded(by: bundle) == true {
                return try await self.answer(to: bundle, requestID, under: nil)
            }
            seams.witness.arrived(bundle, requestID: requestID, process: seams.life.name, taking: .most)
            payer.reply(.acceptAllButLast)
            let answer = try await payer.submit(bundle, requestID: requestID, lastLook: {})
            guard trouble == .busyEntry else {
                seams.witness.reach(.entryRefused)
                return answer
            }
            seams.witness.reach(.entryBusy)
            let words = String(decoding: answer.body, as: UTF8.self)
                .replacing("422 Unprocessable", with: "503 Service Unavailable")
            return PayerAnswer(
                status: answer.status, body: Array(words.utf8), retryAfterSeconds: nil, serverTime: answer.serverTime)
        case _ where payer.most?.isExceeded(by: bundle) == true:
            seams.witness.reach(.tooLarge)
            seams.witness.arrived(bundle, requestID: requestID, process: seams.life.name, taking: .nothing)
            return try await payer.submit(bundle, requestID: requestID, lastLook: {})
        default:
            seams.witness.arrived(bundle, requestID: requestID, process: seams.life.name, taking: .all)
            return try await payer.submit(bundle, requestID: requestID, lastLook: {})
        }
    }

    /// A refusal that takes nothing.
    private func refusal(_ bundle: [UInt8], _ requestID: String, _ status: Int, _ seconds: Int?) -> PayerAnswer {
        seams.witness.arrived(bundle, requestID: requestID, process: seams.life.name, taking: .nothing)
        if let seconds { seams.witness.named(seconds: seconds, requestID: requestID) }
        return PayerAnswer(status: status, body: [], retryAfterSeconds: seconds, serverTime: seams.order.now)
    }

    private func through<Value>(_ place: String, _ ask: () async throws -> Value) async throws -> Value {
        try await seams.pass("before \(place)", .killedWhilePulling)
        if seams.weather.strikes(.payerUnreachable) {
            seams.witness.reach(.payerAway)
            throw Fault(.remoteUnreachable, .retry, "the simulated payer cannot be reached")
        }
        let value = try await ask()
        try await seams.pass("after \(place)", .killedWhilePulling)
        return value
    }
}
