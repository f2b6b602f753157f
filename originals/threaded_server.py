"""The article's other side: a thread for every connection, and a lock around the counter, or none."""

import signal
import socket
import sys
from threading import Lock, Thread

import service


class LockedCounters(service.Counters):
    """The article's cure: nobody else is between the read and the write."""

    def __init__(self):
        super().__init__()
        self.lock = Lock()

    def incr(self, name):
        with self.lock:
            return super().incr(name)


def converse(peer, session):
    """Serves one peer until it leaves."""
    with peer:
        try:
            while not session.is_over:
                # Parks this thread until the peer has sent something.
                data = peer.recv(service.READ_BYTES)
                if not data:
                    return
                # Parks this thread until the kernel has taken all of it.
                peer.sendall(session.receive(data))
            peer.shutdown(socket.SHUT_WR)
        except OSError:
            return  # the peer is gone


def accept(listener, session):
    while True:
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A daemon: the end of the program does not wait for peers.
        Thread(target=converse, args=(peer, session()), daemon=True).start()


def main():
    flags = service.flags(__doc__, ["lock", "none"])
    counters = LockedCounters() if flags.counter == "lock" else service.Counters()
    session = service.Echo if flags.protocol == "echo" else lambda: service.Resp(counters, flags.allow_debug)
    listener = socket.create_server(("127.0.0.1", flags.port), backlog=service.BACKLOG)
    # The order to stop ends what the main thread waits in.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        service.announce("python threads", listener.getsockname()[1])
        accept(listener, session)
    finally:
        counters.report()


if __name__ == "__main__":
    main()
