"""What both servers do, whatever they wait with: bytes in, replies out. No socket, no thread."""

import argparse
import time

# What one peer may make the server hold; the servers in Rust have the same bounds.
BULK_BYTES = 1 << 20
LINE_BYTES = 64 << 10
WORDS = 1 << 20
HOLD_SECONDS = 10

READ_BYTES = 64 << 10
BACKLOG = 4096


class ProtocolError(Exception):
    """The bytes are no requests: nothing behind them has a meaning."""


class Counters:
    """Numbers by name, incremented as the article does it: `counter += 1`."""

    def __init__(self):
        self.values = {}

    def incr(self, name):
        self.values[name] = value = self.values.get(name, 0) + 1
        return value

    def report(self):
        """The last words of a server."""
        for name in sorted(self.values):
            print("counter %s = %d" % (name.decode("ascii", "backslashreplace"), self.values[name]))
        print("%d counters, sum %d" % (len(self.values), sum(self.values.values())), flush=True)


class Echo:
    """A conversation in which no byte has a meaning."""

    is_over = False

    def receive(self, data):
        return data


class Resp:
    """One peer's conversation in the Redis protocol: requests in arrays, or in lines as a person types them."""

    def __init__(self, counters, allow_debug=False):
        self.counters = counters
        self.allow_debug = allow_debug
        self.input = bytearray()
        self.is_over = False

    def receive(self, data):
        """Takes the bytes that came; returns the replies to all requests that are whole."""
        self.input += data
        replies, at = [], 0
        try:
            while True:
                request = next_request(self.input, at)
                if request is None:
                    break
                words, at = request
                if words:
                    replies.append(self.execute(words))
        except ProtocolError as error:
            replies.append(b"-ERR Protocol error: %s\r\n" % str(error).encode())
            self.is_over = True
        del self.input[:at]
        return b"".join(replies)

    def execute(self, words):
        command, count = words[0].upper(), len(words)
        if command == b"INCR" and count == 2:
            return b":%d\r\n" % self.counters.incr(words[1])
        if command == b"GET" and count == 2:
            value = self.counters.values.get(words[1])
            return b"$-1\r\n" if value is None else bulk(b"%d" % value)
        if command == b"ECHO" and count == 2:
            return bulk(words[1])
        if command == b"PING" and count <= 2:
            return bulk(words[1]) if count == 2 else b"+PONG\r\n"
        if command == b"FLUSHALL" and count == 1:
            self.counters.values.clear()
            return b"+OK\r\n"
        if command == b"WORK" and count == 2:
            return self.hold(work_for, microseconds(words[1]))
        if command == b"DEBUG" and count == 3 and words[1].upper() == b"SLEEP":
            return self.hold(time.sleep, decimal(words[2]))
        if command == b"DEBUG" and count >= 2:
            return b"-ERR unknown subcommand '%s'.\r\n" % words[1][:128]
        if command in (b"INCR", b"GET", b"ECHO", b"PING", b"FLUSHALL", b"WORK", b"DEBUG"):
            return b"-ERR wrong number of arguments for '%s' command\r\n" % command.lower()
        shown = b"".join(b"'%s' " % word for word in words[1:])
        text = b"unknown command '%s', with args beginning with: %s" % (words[0], shown)
        return b"-ERR %s\r\n" % text[:300].replace(b"\r", b" ").replace(b"\n", b" ")

    def hold(self, how, seconds):
        """Takes its time, where the server was started for that."""
        if seconds is None:
            return b"-ERR value is not an integer or out of range\r\n"
        if not 0 <= seconds <= HOLD_SECONDS:
            return b"-ERR the time is not a number from 0 to 10 seconds\r\n"
        if not self.allow_debug:
            return b"-ERR DEBUG and WORK are not allowed: start the server with --allow-debug\r\n"
        how(seconds)
        return b"+OK\r\n"


def work_for(seconds):
    """Computes until this thread has had so much of a processor; a clock on the wall would count the turns of others too."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def microseconds(digits):
    """In seconds; None of what is no whole number."""
    try:
        return number(digits, (1 << 63) - 1, "", least=-(1 << 63)) / 1e6
    except ProtocolError:
        return None


def decimal(digits):
    """What is no number lies between no bounds."""
    try:
        return float(digits)
    except ValueError:
        return float("nan")


def bulk(data):
    return b"$%d\r\n%s\r\n" % (len(data), data)


def next_request(data, at):
    """The words of the request at that place and where it ends; None while its end has not come."""
    kind = "mbulk count string" if data[at : at + 1] == b"*" else "inline request"
    header = next_line(data, at, "too big " + kind)
    if header is None:
        return None
    line, at = header
    if not line.startswith(b"*"):
        return line.split(), at
    words = []
    for _ in range(number(line[1:], WORDS, "invalid multibulk length")):
        header = next_line(data, at, "too big bulk count string")
        if header is None:
            return None
        line, at = header
        if not line.startswith(b"$"):
            raise ProtocolError("expected '$', got '%s'" % chr(line[0] if line else 13))
        end = at + number(line[1:], BULK_BYTES, "invalid bulk length", least=0)
        if len(data) < end + 2:
            return None
        words.append(bytes(data[at:end]))
        if data[end : end + 2] != b"\r\n":
            raise ProtocolError("expected CRLF after bulk")
        at = end + 2
    return words, at


def next_line(data, at, too_long):
    """The line at that place without its end, and where the next begins; None while its end has not come."""
    end = data.find(b"\n", at)
    if (len(data) if end < 0 else end) - at > LINE_BYTES:
        raise ProtocolError(too_long)
    if end < 0:
        return None
    line = bytes(data[at:end])
    return (line[:-1] if line.endswith(b"\r") else line), end + 1


def number(digits, most, otherwise, least=-(1 << 31)):
    """A length as the protocol writes it: no sign but minus, no blank, no needless zero."""
    try:
        value = int(digits)
    except ValueError:
        raise ProtocolError(otherwise)
    if b"%d" % value != digits or not least <= value <= most:
        raise ProtocolError(otherwise)
    return value


def flags(about, counters):
    """The command line, as the servers in Rust have it; `counters` are the ways to count, the default first."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and prints it")
    parser.add_argument("--protocol", choices=["resp", "echo"], default="resp")
    parser.add_argument("--counter", choices=counters, default=counters[0])
    parser.add_argument("--allow-debug", action="store_true", help="answer DEBUG SLEEP and WORK")
    return parser.parse_args()


def announce(name, port):
    print("%s: listening on 127.0.0.1:%d" % (name, port), flush=True)
