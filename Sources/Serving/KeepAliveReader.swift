import NIOCore
import NIOHTTP1

/// Sets `Connection: close` on each request after which its connection is not kept.
///
/// Hummingbird closes only on exactly that header: not for HTTP/1.0, which keeps nothing unless asked, nor on `Close`.
final class KeepAliveReader: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), !head.isKeepAlive else {
            context.fireChannelRead(data)
            return
        }
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
