"""An api.video beside the simulated 100ms: videos, who opened them in a player, and what each player said.

Served by the same process below `/api-video`, so `API_VIDEO_URL=http://127.0.0.1:8100/api-video`; written from
tests/contract/api-video-openapi.yaml and sharing no code with the client (`analytics.api_video`). The key is
`KEY`; an access token lives an hour, a refresh token is good once. Faults (`/_control/faults`) fit its paths too.

As published (EVENTS trap 40): positions and times are cut to seconds, a jump is listed after the events of its second,
and the `self` link of a list of events names another viewing than the one asked for.

    viewers (what a player says, by what somebody watches), library (videos and viewings), shelf (the videos of past
    classes in the demo), tokens, answers, routes, switches:

    POST /_control/videos       {"title", "length": seconds, "metadata": {…}}: one more video; answers its `video_id`
    POST /_control/viewings     {"video_id", "user_id", "name", "how": "whole", "parts": [[from, to], …], "ago": 0,
                                "closes": false}: somebody watches it from now on, or began so many seconds ago. `how`
                                is one of whole, beginning, skip, rewatch; `parts` instead tells exactly what. Events
                                appear as the clock passes them. Without `user_id` nobody knows who it is.
"""
