"""What arrived: the HTTP edge and its durable inbox.

May import: `analytics` and `rooms`. Receives, stores and answers; thinking happens in a task.
"""
