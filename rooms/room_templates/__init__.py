"""What a room template says and what a change to it means: compared, worded, checked, planned, kept, carried as files.

A template's *content* is one mapping in 100ms's own spelling: `name`, `default`, `roles`, `settings`, `destinations`,
`plugins`, and `recordings`, which 100ms keeps apart (contract, tag Policy). No module here changes 100ms.
"""
