// Schedule pages: arrows on lists of times, moving a visit on a board, or its end, by key or by hand. Every page works without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const STEP = 5;
  const announce = (words) => { const place = $("#announce"); if (place) place.textContent = words; };
  const clock = (minute) => { const hour = Math.floor(minute / 60); return `${hour % 12 || 12}:${String(minute % 60).padStart(2, "0")} ${hour < 12 ? "AM" : "PM"}`; };

  const board = () => $("[data-board]");
  let moving = null; // { card, minutes, column, drag }

  const columns = () => $$(".col", board());
  const show = () => {
    const { card, minutes, column } = moving;
    const pixels = Number(board().dataset.hour) / 60;
    const all = columns();
    all[column].append(card);
    card.style.top = `${moving.top + minutes * pixels}px`;
    const name = document.getElementById(all[column].getAttribute("aria-labelledby"))?.firstChild?.textContent?.trim() || "";
    card.dataset.to = `${clock(Number(card.dataset.minute) + minutes)} · ${name}`;
  };
  const start = (card, drag = false) => {
    const column = columns().indexOf(card.closest(".col"));
    moving = { card, minutes: 0, column, from: column, top: parseFloat(card.style.top), style: card.getAttribute("style"), home: card.parentElement, drag };
    card.classList.add("moving");
    card.style.left = ""; card.style.width = "";
    show();
    if (!drag) announce("Moving. Arrows choose the time, Enter moves it, Escape leaves it.");
  };
  const stop = () => {
    const { card, home, style } = moving;
    home.append(card);
    card.setAttribute("style", style);
    card.classList.remove("moving");
    delete card.dataset.to;
    moving = null;
    card.focus();
  };
  const send = () => {
    const { card, minutes, column, from } = moving;
    if (!minutes && column === from) { stop(); announce("Not moved."); return; }
    const form = $("#move-form");
    const all = columns();
    form.elements.visit.value = card.dataset.visit;
    form.elements.start.value = String(minutes);
    form.elements.from.value = all[from].dataset.day || all[from].dataset.col;
    form.elements.to.value = all[column].dataset.day || all[column].dataset.col;
    form.submit();
  };
  const nudge = (key) => {
    const last = columns().length - 1;
    if (key === "ArrowUp") moving.minutes -= STEP;
    else if (key === "ArrowDown") moving.minutes += STEP;
    else if (key === "ArrowLeft") moving.column = Math.max(0, moving.column - 1);
    else moving.column = Math.min(last, moving.column + 1);
    show();
    moving.card.focus();
    moving.card.scrollIntoView({ block: "nearest", inline: "nearest" });
    announce(moving.card.dataset.to);
  };

  // The lower edge of a visit, by key or by hand: it ends later or earlier.
  let sizing = null; // { card, by, height, style, drag, y }
  const sized = () => {
    const { card, by, height } = sizing;
    card.style.height = `${Math.max(height + by * Number(board().dataset.hour) / 60, 4)}px`;
    const lasts = Number(card.dataset.size) + by;
    card.dataset.to = `until ${clock(Number(card.dataset.from) + lasts)} · ${lasts} min`;
  };
  const size = (card, y = null) => {
    sizing = { card, by: 0, height: card.offsetHeight + 1, style: card.getAttribute("style"), drag: y !== null, y };
    card.classList.add("moving", "sizing");
    sized();
    if (y === null) announce("Length. Arrows change the end by 5 minutes, Page Up and Page Down by 15, Enter saves it, Escape leaves it.");
  };
  const longer = (by) => {
    sizing.by = Math.max(by, STEP - Number(sizing.card.dataset.size));
    sized();
    if (!sizing.drag) { announce(sizing.card.dataset.to); sizing.card.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  };
  const leave = () => {
    const { card, style } = sizing;
    card.setAttribute("style", style);
    card.classList.remove("moving", "sizing");
    delete card.dataset.to;
    sizing = null;
    card.focus();
  };
  const keep = () => {
    const { card, by } = sizing;
    if (!by) { leave(); announce("Left as it was."); return; }
    const form = $("#size-form");
    form.elements.visit.value = card.dataset.visit;
    form.elements.by.value = String(by);
    form.submit();
  };
  const SIZES = { ArrowUp: -STEP, ArrowDown: STEP, PageUp: -15, PageDown: 15 };
  const sizeKey = (event) => {
    if (event.key in SIZES) { event.preventDefault(); event.stopPropagation(); longer(sizing.by + SIZES[event.key]); }
    else if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); keep(); }
    else if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); leave(); announce("Left as it was."); }
  };

  // Arrows walk the board: up and down within a column, left and right to what stands nearest beside.
  const walk = (from, key) => {
    const all = columns();
    const column = all.indexOf(from.closest(".col"));
    const middle = (element) => element.offsetTop + element.offsetHeight / 2;
    const targets = (col) => $$("a.visit, a.free", col).sort((a, b) => a.offsetTop - b.offsetTop);
    let next = null;
    if (key === "ArrowDown" || key === "ArrowUp") {
      const here = targets(all[column]);
      next = here[here.indexOf(from) + (key === "ArrowDown" ? 1 : -1)];
    } else {
      for (let at = column + (key === "ArrowRight" ? 1 : -1); at >= 0 && at < all.length && !next; at += key === "ArrowRight" ? 1 : -1) {
        next = targets(all[at]).sort((a, b) => Math.abs(middle(a) - middle(from)) - Math.abs(middle(b) - middle(from)))[0];
      }
    }
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    return Boolean(next);
  };

  document.addEventListener("keydown", (event) => {
    if (!board() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (sizing) { sizeKey(event); return; }
    const arrow = /^Arrow(Up|Down|Left|Right)$/.test(event.key);
    if (moving) {
      if (arrow) { event.preventDefault(); event.stopPropagation(); nudge(event.key); }
      else if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); send(); }
      else if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); stop(); announce("Left where it was."); }
      return;
    }
    const on = event.target.closest?.("[data-board] a");
    if (!on) return;
    if (arrow && walk(on, event.key)) { event.preventDefault(); event.stopPropagation(); }
    else if (event.key === "m" && on.dataset.move !== undefined && document.body.dataset.keys !== "off") { event.preventDefault(); event.stopPropagation(); start(on); }
    else if (event.key === "l" && on.dataset.size !== undefined && document.body.dataset.keys !== "off") { event.preventDefault(); event.stopPropagation(); size(on); }
  }, true);

  // Enter beside the reason to book over sends that, not the first of the other times.
  document.addEventListener("keydown", (event) => {
    const button = event.key === "Enter" && event.target.id === "book_override" && $("[name=do][value=override]", event.target.form);
    if (button) { event.preventDefault(); button.click(); }
  });

  // By hand: the same move.
  let pressed = null;
  document.addEventListener("pointerdown", (event) => {
    const edge = event.target.closest?.("[data-board] .grip");
    if (edge && event.button === 0) { pressed = { card: edge.parentElement, y: event.clientY, edge: true }; edge.setPointerCapture(event.pointerId); return; }
    const card = event.target.closest?.("[data-board] a.visit[data-move]");
    if (card && event.button === 0 && event.pointerType === "mouse") { pressed = { card, x: event.clientX, y: event.clientY }; }
  });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.("[data-board]")) event.preventDefault(); });
  document.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    if (pressed.edge) {
      if (!sizing && Math.abs(event.clientY - pressed.y) > 4) size(pressed.card, pressed.y);
      if (sizing) longer(Math.round((event.clientY - sizing.y) * 60 / Number(board().dataset.hour) / STEP) * STEP);
      return;
    }
    if (!moving && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 8) start(pressed.card, true);
    if (!moving) return;
    const pixels = Number(board().dataset.hour) / 60;
    moving.minutes = Math.round((event.clientY - pressed.y) / pixels / STEP) * STEP;
    const over = columns().findIndex((column) => { const box = column.getBoundingClientRect(); return event.clientX >= box.left && event.clientX < box.right; });
    if (over >= 0) moving.column = over;
    show();
  });
  let swallow = false;
  document.addEventListener("pointercancel", () => { if (sizing?.drag) leave(); pressed = null; });
  document.addEventListener("pointerup", () => { if (sizing?.drag) { swallow = true; setTimeout(() => { swallow = false; }, 50); keep(); } else if (moving?.drag) { swallow = true; setTimeout(() => { swallow = false; }, 50); send(); } pressed = null; });
  document.addEventListener("click", (event) => { if (swallow) { event.preventDefault(); event.stopPropagation(); swallow = false; } }, true);

  // A time is found by arrows as soon as the list is there.
  document.addEventListener("DOMContentLoaded", () => {
    const now = $(".schedule-board .now");
    const place = board();
    if (now && place && place.scrollHeight > place.clientHeight) place.scrollTop = Math.max(0, now.offsetTop - 120);
  });
})();
