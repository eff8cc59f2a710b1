// Says in words why a passkey did not work; the page stays as it was.
(() => {
  "use strict";
  document.addEventListener("allauth.error", (event) => {
    const place = document.getElementById("passkey-said");
    if (!place) return;
    event.preventDefault();
    const kind = { NotAllowedError: "again", AbortError: "again", InvalidStateError: "there", SecurityError: "host" }[event.detail?.exception?.name] || "other";
    place.textContent = place.dataset[kind];
    place.hidden = false;
    place.focus();
  });
})();
