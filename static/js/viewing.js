// Reports what is watched in a <video data-viewing-url="…">, or in the one inside of such an element: the events that
// api.video's player would tell of. The page must hold a form of ours, for its token.
//
// Events gather for a few seconds and go out as one batch; what the server did not take is sent again, with the same
// numbers, so it may come twice. When the page goes away the rest leaves by a request that outlives it, after a last
// pause: without one nobody would know how far it was played.
(() => {
  "use strict";

  const EVERY = 10_000; // ms between batches
  const LONGEST_WAIT = 120_000; // ms between tries while something stands in the way
  const AT_ONCE = 100; // events of a batch
  const MOST = 4_900; // events of one viewing; the server takes no more

  const report = (video, url) => {
    const csrf = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
    const player = crypto.randomUUID?.() ?? uuid();
    let number = 0;
    let waiting = []; // not known to be kept
    let timer = 0;
    let wait = EVERY;
    let sending = false;
    let playing = false;
    let played = false;
    let seekingFrom = null;
    let position = 0; // where the playhead was last, for a jump tells only where it went

    const tell = (type, places) => {
      if (number >= MOST) return;
      waiting.push({ number: number++, type, emittedAt: new Date().toISOString(), ...places });
      if (!timer && !sending) timer = setTimeout(send, wait);
    };
    const body = (events) => JSON.stringify({ player, sentAt: new Date().toISOString(), events });
    const post = (events, keepalive) =>
      fetch(url, {
        method: "POST",
        body: body(events),
        keepalive,
        credentials: "same-origin",
        redirect: "error", // signed out: the sign-in page is no answer
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      });

    const send = async () => {
      timer = 0;
      if (sending || !waiting.length) return;
      sending = true;
      const batch = waiting.slice(0, AT_ONCE);
      let kept = false;
      try {
        const answer = await post(batch, false);
        // A batch that is refused for what it says would be refused for ever.
        kept = answer.ok || answer.status === 400;
        wait = kept ? EVERY : Math.max(Number(answer.headers.get("Retry-After")) * 1000 || 0, longer(wait));
      } catch {
        wait = longer(wait);
      }
      sending = false;
      if (kept) waiting = waiting.filter((event) => !batch.includes(event));
      if (waiting.length && !timer) timer = setTimeout(send, wait);
    };

    const leave = () => {
      if (playing) {
        playing = false;
        tell("pause", { at: place() });
      }
      clearTimeout(timer);
      timer = 0;
      // What does not fit is cut: the newest say where it stopped.
      if (waiting.length) post(waiting.slice(-AT_ONCE), true).catch(() => {});
    };

    const place = () => Math.max(0, Math.round(video.currentTime * 1000) / 1000);
    const begin = () => {
      if (playing) return;
      playing = true;
      tell(played ? "resume" : "play", { at: place() });
      played = true;
    };
    const stop = (type) => {
      if (!playing) return;
      playing = false;
      tell(type, { at: place() });
    };

    video.addEventListener("loadedmetadata", () => tell("ready", { at: 0 }), { once: true });
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) tell("ready", { at: 0 });
    video.addEventListener("playing", begin);
    video.addEventListener("pause", () => video.ended || video.seeking || stop("pause"));
    video.addEventListener("ended", () => stop("end"));
    // Nothing moves while it loads: the clock of that time is nobody's watching.
    video.addEventListener("waiting", () => video.seeking || stop("pause"));
    video.addEventListener("timeupdate", () => {
      if (!video.seeking) position = place();
    });
    video.addEventListener("seeking", () => {
      seekingFrom ??= position;
    });
    video.addEventListener("seeked", () => {
      const to = place();
      const from = seekingFrom ?? to;
      seekingFrom = null;
      position = to;
      if (from !== to) tell(to > from ? "seek.forward" : "seek.backward", { from, to });
      if (playing && video.paused) stop("pause");
    });
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => {
      // A phone may never tell more than this.
      if (document.visibilityState === "hidden" && waiting.length) post(waiting.slice(-AT_ONCE), true).catch(() => {});
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted && !video.paused) begin();
    });
  };

  const longer = (wait) => Math.min(LONGEST_WAIT, wait * 2);
  // Where pages are not served by HTTPS there is no randomUUID.
  const uuid = () =>
    [8, 4, 4, 4, 12]
      .map((length) =>
        Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => (byte & 15).toString(16)).join(""),
      )
      .join("-");

  for (const element of document.querySelectorAll("[data-viewing-url]")) {
    const video = element.matches("video") ? element : element.querySelector("video");
    if (video && element.dataset.viewingUrl) report(video, element.dataset.viewingUrl);
  }
})();
