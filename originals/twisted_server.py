"""The article's reactor: one thread, a callback for whatever has come, and no lock around the counter."""

import signal

from twisted.internet import epollreactor

epollreactor.install()

from twisted.internet import interfaces, protocol, reactor
from zope.interface import implementer

import service


@implementer(interfaces.IHalfCloseableProtocol)
class Conversation(protocol.Protocol):
    """One peer. Every method is called by the reactor, and runs without interruption until it returns."""

    def connectionMade(self):
        self.session = self.factory.session()
        self.transport.setTcpNoDelay(True)
        # The transport is told to read no more while it cannot write: a peer that takes no replies is not served.
        self.transport.registerProducer(self.transport, True)

    def dataReceived(self, data):
        self.transport.write(self.session.receive(data))
        if self.session.is_over:
            self.leave()

    def readConnectionLost(self):
        self.leave()

    def writeConnectionLost(self):
        self.leave()

    def leave(self):
        # What has been written still leaves.
        self.transport.unregisterProducer()
        self.transport.loseConnection()


def main():
    flags = service.flags(__doc__, ["plain"])
    counters = service.Counters()
    factory = protocol.ServerFactory()
    factory.protocol = Conversation
    factory.noisy = False
    factory.session = service.Echo if flags.protocol == "echo" else lambda: service.Resp(counters, flags.allow_debug)
    listener = reactor.listenTCP(flags.port, factory, backlog=service.BACKLOG, interface="127.0.0.1")
    # Twisted's own handler would end the process by the signal, and leave no time for last words.
    signal.signal(signal.SIGTERM, lambda *_: reactor.callFromThread(reactor.stop))
    service.announce("twisted", listener.getHost().port)
    reactor.run(installSignalHandlers=False)
    counters.report()


if __name__ == "__main__":
    main()
