// The desk's own script: keys, the find list, moving in lists, the undo line. Every page works without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const keysOn = () => document.body.dataset.keys !== "off";
  const shown = (element) => element && element.offsetParent !== null;
  const typing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) && !/^(checkbox|radio|button|submit)$/.test(element.type);
  const announce = (words) => { const place = $("#announce"); if (place) { place.textContent = ""; setTimeout(() => { place.textContent = words; }, 50); } };

  // Lists: an element with data-rows holds rows; one is current, and its acts answer to keys first.
  const rowsOf = () => $$("[data-rows] > li").filter(shown);
  const currentRow = () => rowsOf().find((row) => row.getAttribute("aria-current") === "true");
  const choose = (row) => {
    rowsOf().forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    const target = $("a[href], button", row) || row;
    target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    const rows = rowsOf();
    if (!rows.length) return false;
    const at = rows.indexOf(currentRow());
    choose(rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step))]);
    return true;
  };
  const openRow = () => { const row = currentRow(); const link = row && ($("[data-open]", row) || $("a[href]", row)); if (link) { link.click(); return true; } return false; };

  // The find box is a combobox: focus stays in the box, the arrows move the chosen option.
  const findBox = () => $("#find");
  const options = () => $$("#found [role=option]");
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");
  const pick = (option) => {
    options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    const box = findBox();
    if (option) { box.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); } else box.removeAttribute("aria-activedescendant");
  };
  const closeFind = () => { const found = $("#found"); if (found) found.replaceChildren(); const box = findBox(); if (box) { box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); } };
  const findKey = (event) => {
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      pick(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (all.length) closeFind(); else event.target.blur();
    } else if (event.key === "Enter" && all.length) {
      event.preventDefault();
      if ($("#found").dataset.for === event.target.value) chosen()?.click();
      else event.target.form.submit(); // what is shown answers an earlier text: its buttons are not meant
    }
  };

  let going = 0;
  document.addEventListener("keydown", (event) => {
    const box = findBox();
    const key = event.key;
    if (event.target === box) { findKey(event); return; }
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k" && box) { event.preventDefault(); box.focus(); box.select(); return; }
    if ((event.ctrlKey || event.metaKey) && key === "Enter" && typing(event.target) && event.target.form) { // sends the form from any of its fields
      const buttons = [...event.target.form.elements].filter((one) => one.type === "submit");
      event.preventDefault();
      event.target.form.requestSubmit(buttons.find((one) => one.matches(".primary")) || buttons[0]);
      return;
    }
    if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target) || $("dialog[open]")) return;
    if (key === "/" && box) { event.preventDefault(); box.focus(); box.select(); return; }
    if (key === "?") { event.preventDefault(); $("#keys")?.showModal(); return; }
    if (going && Date.now() - going < 1500) { going = 0; const place = $(`.rail [data-go="${CSS.escape(key)}"]`); if (place) { event.preventDefault(); place.click(); } return; }
    if (key === "g") { going = Date.now(); return; }
    if (key === "j" || key === "ArrowDown" && currentRow()) { if (move(1)) { event.preventDefault(); return; } }
    if (key === "k" || key === "ArrowUp" && currentRow()) { if (move(-1)) { event.preventDefault(); return; } }
    if (key === "Enter" && !/^(A|BUTTON|SUMMARY)$/.test(event.target.tagName)) { if (openRow()) event.preventDefault(); return; }
    if (/^[a-z]$/.test(key)) {
      const row = currentRow();
      const act = (row && ($$(`[data-key="${key}"]`, row).find(shown) || $(`details:not([open]) [data-key="${key}"]`, row))) || $$(`[data-key="${key}"]`).find((element) => shown(element) && (!element.closest("[data-rows]")));
      if (act) { event.preventDefault(); if (/^(INPUT|SELECT|TEXTAREA)$/.test(act.tagName) && act.type !== "checkbox") act.focus(); else act.click(); }
    }
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-rows] > li");
    if (row) { rowsOf().forEach((other) => other.removeAttribute("aria-current")); row.setAttribute("aria-current", "true"); }
    if (!event.target.closest?.(".find")) closeFind();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".find")) closeFind();
    const opener = event.target.closest("[data-dialog]");
    if (opener) { const dialog = $(opener.dataset.dialog); if (dialog) { event.preventDefault(); dialog.showModal(); } }
    const closer = event.target.closest("[data-close]");
    if (closer) { event.preventDefault(); closer.closest("dialog")?.close(); }
    const printer = event.target.closest("[data-print]");
    if (printer) { event.preventDefault(); window.print(); }
  });

  // Phone links of the browser may open here: the browser asks its user.
  const telLinks = (root) => $$("[data-tel-links]", root).forEach((button) => {
    if (!navigator.registerProtocolHandler || !window.isSecureContext) return;
    button.hidden = false;
    button.addEventListener("click", () => navigator.registerProtocolHandler("tel", location.origin + button.dataset.telLinks));
  });

  // A form that opens in place is ready to be typed into.
  document.addEventListener("toggle", (event) => {
    const form = event.target;
    if (!form.matches?.("details.act-form[open]")) return;
    $$("details.act-form[open]", form.parentElement).forEach((other) => { if (other !== form) other.open = false; });
    if (!$(".errors", form)) $("select, textarea, input:not([type=hidden])", form)?.focus();
  }, true);

  // A form is sent once: a double click is one act.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 3000) { event.preventDefault(); return; }
    if ((form.getAttribute("method") || "").toLowerCase() === "post" && !form.closest("search")) form.dataset.sent = String(Date.now());
  });
  window.addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // The undo line counts down and goes.
  let ticking = 0;
  const watchUndo = () => {
    clearInterval(ticking);
    const form = $(".undo[data-undo]");
    if (!form) return;
    let left = Number(form.dataset.undo);
    const place = $(".left", form);
    const show = () => { if (place) place.textContent = `${left} s`; };
    show();
    ticking = setInterval(() => {
      if (form.matches(":focus-within, :hover")) return; // whoever is about to press it has time
      left -= 1;
      if (left <= 0) { clearInterval(ticking); form.remove(); } else show();
    }, 1000);
  };

  // The band shrinks to one line once its page has been scrolled.
  const watchBand = () => {
    const band = $("[data-band]");
    if (!band || !("IntersectionObserver" in window)) return;
    const mark = document.createElement("div");
    mark.setAttribute("aria-hidden", "true");
    band.before(mark);
    new IntersectionObserver(([entry]) => {
      const small = !entry.isIntersecting && entry.boundingClientRect.top < 60;
      if (small === band.classList.contains("small")) return;
      const before = band.offsetHeight;
      band.classList.toggle("small", small);
      band.style.marginBottom = small ? `${16 + before - band.offsetHeight}px` : "";
    }, { rootMargin: "-60px 0px 0px 0px" }).observe(mark);
  };

  // Dates are echoed in full while they are typed; the server reads them the same way.
  let echoWait = 0;
  const echo = (input, place) => {
    clearTimeout(echoWait);
    echoWait = setTimeout(async () => {
      if (input.value.trim().length < 3) { place.textContent = ""; return; }
      const body = new URLSearchParams({ text: input.value, csrfmiddlewaretoken: $("[name=csrfmiddlewaretoken]")?.value || "" });
      const answer = await fetch("/words/date", { method: "POST", body }).catch(() => null);
      if (answer?.ok) place.textContent = (await answer.json()).said;
    }, 250);
  };

  const focusFirst = (root) => { const place = $("[data-focus]", root) || (root.matches?.("[data-focus]") ? root : null); if (place) place.focus(); };
  const settle = (root) => {
    $$("[data-echo-for]", root).forEach((place) => {
      const input = document.getElementById(place.dataset.echoFor);
      if (input && !input.dataset.echoing) { input.dataset.echoing = "1"; input.addEventListener("input", () => echo(input, place)); }
    });
    watchUndo();
  };
  document.addEventListener("DOMContentLoaded", () => { telLinks(document); settle(document); watchBand(); focusFirst(document); });
  window.addEventListener("load", () => setTimeout(() => { if (document.activeElement === document.body) focusFirst(document); })); // an address with # takes the focus away
  document.addEventListener("htmx:configRequest", (event) => { if (event.detail.target?.id === "found") event.detail.asked = event.detail.parameters.q; });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.id === "found") {
      const box = findBox();
      target.dataset.for = event.detail.requestConfig?.parameters?.q ?? box.value;
      if (document.activeElement !== box) { closeFind(); return; }
      const all = options();
      box.setAttribute("aria-expanded", String(target.childElementCount > 0));
      pick(all[0]);
      if (box.value.trim()) announce(all.length ? `${all.length} found. ${all[0].getAttribute("aria-label") || all[0].textContent.trim()}` : target.textContent.trim());
    } else focusFirst(target.isConnected ? target : document); // what was swapped whole is no longer in the page
    settle(document);
  });
  document.addEventListener("htmx:sendError", () => announce("No connection. What you typed is kept."));
})();
