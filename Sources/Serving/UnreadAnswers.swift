import NIOCore

/// Hangs up on a peer that leaves what is written to it unread for too long.
final class UnreadAnswers: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let longest: TimeAmount
    private var closing: Scheduled<Void>?

    init(longest: TimeAmount) {
        self.longest = longest
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        closing?.cancel()
        let channel = context.channel
        closing =
            channel.isWritable
            ? nil : context.eventLoop.scheduleTask(in: longest) { channel.close(promise: nil) }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        closing?.cancel()
    }
}
