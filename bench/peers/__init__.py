"""The service beside what one would use otherwise, over one fleet, each really run: docs/performance.md.

fleet.py      the data: 500 services in 300 environments, twice and four times that, filled once in a run
questions.py  the two questions, in the words of each competitor, and an answer's data in one form
peers.py      the competitors: how each is started and asked
limit.py, bare.py, orm.py, rest/, postgraphile/   the competitors that are written here
running.py    starts them, and refuses to measure what does not answer with the same data
load.py       asks, in a process of its own; crowd.py: thousands of sockets, in another
measuring.py  a round of a part: reads.py, caching.py, live.py, doors.py, growth.py, starts.py
sockets.py, intakes.py, synths.py   parts that ask otherwise
usage.py      what processes have used, as Linux counts it
results.py    what a part has measured, as a file in build/bench/
targets.py    what is to be reached
report.py     docs/performance.md from these files
"""
