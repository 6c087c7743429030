// Tells the server the viewer's time zone (a cookie) and loads the page once more when it was another.
(() => {
  const COOKIE = "time_zone";
  const read = () => document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || read() === zone) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${COOKIE}=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
  // Where cookies are refused the server's own zone is shown; loading again would never end.
  if (read() === zone) location.reload();
})();
