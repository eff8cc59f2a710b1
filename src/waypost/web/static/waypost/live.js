// A page that is kept up to date while it is open. Without this script it says as of when it stands, and has a link.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const SILENCE = 40000, REST_AFTER = 10000, WAIT_MAX = 30000, HOLD = 300, TOLD = 60000; // milliseconds
  const line = () => $("[data-live]");
  if (!line() || !window.ReadableStream || !window.AbortController) return;

  let tags = {}, at = "", stream = null, heard = 0, tries = 0, timer = 0, resting = 0, stopped = false;
  const read = (place) => {
    tags = Object.fromEntries((place.dataset.tags || "").split(",").map((part) => part.split(":")));
    at = at || $("[data-live-said]", place).textContent.replace(/^As of /, "");
  };
  const say = (words, lost = false) => {
    const place = line();
    const said = $("[data-live-said]", place);
    place.classList.toggle("lost", lost);
    if (said.textContent === words) return;
    said.textContent = words;
    // Only what has gone wrong, and that it is well again, is read out; not every minute.
    const aloud = $("#announce");
    if (aloud && (lost || place.dataset.lost)) aloud.textContent = words;
    if (lost) place.dataset.lost = "1"; else delete place.dataset.lost;
  };
  const fresh = (moment) => { at = moment || at; tries = 0; say(`Live, as of ${at}`); };

  // What is there becomes what it should be: nodes stay where they can, so focus, scroll and what was typed stay too.
  const keyOf = (node) => node.nodeType === 1 ? node.id || node.dataset.visit || "" : "";
  const keeps = (node) => node.dataset?.liveKeep !== undefined && node.childElementCount > 0;
  const attributes = (from, to) => {
    const own = from.matches("[data-rows] > li") ? ["aria-current"] : from.nodeName === "DETAILS" ? ["open"] : [];
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !own.includes(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value && !own.includes(name)) from.setAttribute(name, value);
  };
  const morph = (from, to) => {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) { from.replaceWith(document.importNode(to, true)); return; }
    if (from.nodeType !== 1) { if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue; return; }
    if (keeps(from)) return;
    attributes(from, to);
    const known = new Map([...from.childNodes].map((node) => [keyOf(node), node]).filter(([key]) => key));
    const wanted = new Set([...to.childNodes].map(keyOf).filter(Boolean));
    let here = from.firstChild;
    for (const child of [...to.childNodes]) {
      const key = keyOf(child);
      while (here && keyOf(here) && !wanted.has(keyOf(here))) { const gone = here; here = here.nextSibling; gone.remove(); }
      const match = key ? known.get(key) : here && !keyOf(here) && here.nodeName === child.nodeName ? here : null;
      if (!match) { from.insertBefore(document.importNode(child, true), here); continue; }
      if (match === here) here = here.nextSibling; else from.insertBefore(match, here);
      morph(match, child);
    }
    while (here) { const gone = here; here = here.nextSibling; gone.remove(); }
  };
  const parsed = (html) => { const place = document.createElement("template"); place.innerHTML = html.trim(); return place.content; };
  const carefully = (root, change) => {
    const focused = document.activeElement;
    const within = root.contains(focused) ? focused.closest("[tabindex]:not(a)") : null;
    change();
    if (focused && focused !== document.body && document.activeElement !== focused) (focused.isConnected ? focused : within)?.focus({ preventScroll: true });
    window.htmx?.process(root);
  };

  // Nothing changes under a hand that moves something.
  let waiting = {}, holding = 0, told = 0;
  const put = () => {
    clearTimeout(holding);
    if ($(".moving")) { holding = setTimeout(put, HOLD); return; }
    const parts = waiting;
    waiting = {};
    for (const [id, html] of Object.entries(parts)) {
      const place = document.getElementById(id), next = parsed(html).firstElementChild;
      if (place && next) carefully(place, () => morph(place, next));
    }
  };
  // A list that somebody works through stays as it is until they ask.
  const offer = (rows) => {
    const place = $("[data-live-rows]");
    if (!place || !rows) return;
    const shown = new Set($$("[data-rows] > li").map((row) => row.id));
    const fresh = rows.filter((row) => !shown.has(`${place.dataset.liveRows}${row.split(":")[0]}`)).length;
    const same = rows.length === shown.size && rows.every((row) => $(`[value="${CSS.escape(row)}"]`, document));
    const words = fresh ? place.dataset.liveNew.replace("{n}", fresh) : same ? "" : place.dataset.liveOther;
    const said = $("span", place);
    if (said.textContent !== words) {
      said.textContent = words;
      const aloud = $("#announce");
      if (words && aloud && Date.now() - told > TOLD) { told = Date.now(); aloud.textContent = `${words}.`; }
    }
    place.hidden = !words;
  };
  const again = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) { location.reload(); return; }
    const next = new DOMParser().parseFromString(await answer.text(), "text/html"), main = $("#main", next);
    if (!main || !$("[data-live]", main)) { location.reload(); return; }
    carefully($("#main"), () => morph($("#main"), main));
    at = "";
    read(line());
    close(); open();
  };
  const shape = (tag) => (tag || "").split("-")[0];
  const show = (news) => {
    if (tags[news.view] && shape(tags[news.view]) !== shape(news.tag)) { setTimeout(again, Math.random() * 1500); return; }
    tags[news.view] = news.tag;
    Object.assign(waiting, news.parts);
    put();
    offer(news.rows);
    fresh(news.at);
  };

  // The stream: read by hand, so that a refusal can say why and silence is noticed.
  const close = () => { clearTimeout(timer); stream?.abort(); stream = null; };
  const lost = (words) => {
    close();
    if (stopped) return;
    say(words || `Connection lost, trying again; as of ${at}`, true);
    timer = setTimeout(open, Math.min(WAIT_MAX, 1000 * 2 ** tries++) * (0.75 + Math.random() / 2));
  };
  const end = (news) => {
    if (news.why === "restart") { close(); timer = setTimeout(open, 500 + Math.random() * 1500); return; }
    if (news.why === "broken") { lost(`${news.said} Trying again; as of ${at}`); return; }
    stopped = true; close();
    say(`${news.said} As of ${at}`, true);
  };
  const take = (text) => {
    heard = Date.now();
    const field = (name) => text.split("\n").filter((part) => part.startsWith(`${name}: `)).map((part) => part.slice(name.length + 2)).join("\n");
    if (!field("data")) return;
    const news = JSON.parse(field("data"));
    ({ show, beat: () => fresh(news.at), end: () => end(news) })[field("event")]?.(news);
  };
  async function open() {
    if (stopped || stream) return;
    clearTimeout(timer);
    const mine = stream = new AbortController();
    heard = Date.now();
    try {
      const has = Object.entries(tags).map(([view, tag]) => `${view}:${tag}`).join(",");
      const answer = await fetch(line().dataset.live, { headers: { Accept: "text/event-stream", "Last-Event-ID": has }, cache: "no-store", signal: mine.signal });
      if (!answer.ok) {
        const why = await answer.json().catch(() => ({}));
        if (stream !== mine) return;
        if ([401, 403, 404].includes(answer.status)) { end({ why: "refused", said: why.title || "" }); return; }
        lost(why.title ? `${why.title} As of ${at}` : "");
        return;
      }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let held = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        held += part.value;
        for (let cut = held.indexOf("\n\n"); cut >= 0; cut = held.indexOf("\n\n")) { const event = held.slice(0, cut); held = held.slice(cut + 2); if (stream === mine) take(event); }
      }
    } catch { /* told below */ }
    if (stream === mine) lost();
  }

  setInterval(() => { if (stream && Date.now() - heard > SILENCE) lost(); }, 5000);
  // A page in the background rests: a browser keeps few connections, and nobody looks.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(resting);
    if (document.hidden) resting = setTimeout(close, REST_AFTER); else if (!stream) open();
  });
  window.addEventListener("online", () => { if (!stream) open(); });
  window.addEventListener("offline", () => lost());
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) again(); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-live-show], [data-live-refresh]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    stopped = false;
    again();
  });
  document.addEventListener("DOMContentLoaded", () => { read(line()); if (!document.hidden) open(); });
})();
