# The article's three programs as they stand, each timed three times: for one interpreter, one process.
# Prints a line for each program: its name, the nanoseconds of its quickest time (what disturbs a time only makes it longer),
# and the increments that were lost, all times together.
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


def timed(work):
    global counter
    counter = 0
    start = clock()
    work()
    return (clock() - start) * 1e9, 100000 - counter


programs = [("unlocked", lambda: execute(incr)), ("locked", lambda: execute(safe_incr))]
try:
    from twisted.internet.defer import Deferred

    programs.append(("deferred", fire))
except ImportError:
    pass
times = [[timed(work) for name, work in programs] for repetition in range(3)]
for (name, work), seen in zip(programs, zip(*times)):
    print("%s %d %d" % (name, min(ns for ns, lost in seen), sum(lost for ns, lost in seen)))
print("version %d.%d" % sys.version_info[:2])
