# The article's three programs as they stand, each timed: for one interpreter, one repetition.
# Prints a line for each: its name, nanoseconds, and the counter at the end (100000 if nothing was lost).
import sys
import time
from threading import Lock, Thread

clock = getattr(time, "perf_counter", time.time)
counter = 0
lock = Lock()


def incr(n=0):
    global counter
    for i in range(1000):
        counter += 1


def safe_incr():
    global counter
    for i in range(1000):
        with lock:
            counter += 1


def execute(f):
    threads = [Thread(target=f) for i in range(100)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def fire():
    deferreds = [Deferred().addCallback(incr) for i in range(100)]
    for d in deferreds:
        d.callback(None)


def timed(name, work):
    global counter
    counter = 0
    start = clock()
    work()
    print("%s %d %d" % (name, (clock() - start) * 1e9, counter))


timed("unlocked", lambda: execute(incr))
timed("locked", lambda: execute(safe_incr))
try:
    from twisted.internet.defer import Deferred
except ImportError:
    print("version %s" % sys.version.split()[0])
    sys.exit(0)
timed("deferred", fire)
print("version %s" % sys.version.split()[0])
