"""Runs: from a params file to a published report, once by hand or whenever one is due.

One run       run (supervises) -> execute (its process), kernel, engine, processes; refusals (what must
              not be published), failures (what is kept of one that failed)
Its page      html and template/; publish (whole or not at all), published (what a link leads to)
Schedules     due (does what is due), hands (what it reaches out with), stay (stays and does it again); schedule (which
              instants), plans (which work), restated (whose days have changed), state (what is remembered between two looks)
News          failing (what fails, and which of it is one alarm), news (what is to be told, to whom), notify (one message,
              through Apprise)
The shelf     shelf (what has run), pages and spark (index and roll-ups), prune (retention);
              differences (of two runs), kinds (what makes them of another kind)
The source    fetch (days into the store); access and checkup (what `doctor` looks at)
"""
