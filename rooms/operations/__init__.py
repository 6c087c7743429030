"""Every change we make: ask 100ms, bring the mirror up to what it answered, leave an audit entry.

One module a noun. Each operation takes `actor` by keyword, is marked by `@operation`, and does its work inside
`audit.change`. Not inside a database transaction: what was asked of 100ms cannot be rolled back, so "requested" is
committed before the call.
"""
