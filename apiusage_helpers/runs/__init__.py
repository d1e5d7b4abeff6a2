"""Runs: from a params file to a published report, once by hand or whenever one is due; from the ground up:

records        what lies in the output folder: run facts, published links, state of schedules, kept failures, work
execution      one run: supervised, in a process and a kernel of its own, checked before it is published
notifications  what is to be told, to whom, once; and its delivery
catalog        what has run: listing, index pages, two runs compared, retention
scheduling     which reports are due at which instant, and a process that makes them
doctor         what `apiusage doctor` looks at
"""
