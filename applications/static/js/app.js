// Small aids; every page works without them.
"use strict";

// The error summary takes the focus, so that it is read first.
document.querySelector(".error-summary")?.focus();

// What can be printed says so.
for (const place of document.querySelectorAll("p[data-print]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = document.body.dataset.print;
  button.addEventListener("click", () => window.print());
  place.append(button);
}

// On a narrow screen the entry of the navigation that is open is brought into sight.
const entry = document.querySelector(".site-nav a[aria-current]");
if (entry) {
  const strip = entry.closest("ul");
  strip.scrollLeft = entry.offsetLeft - strip.offsetLeft - (strip.clientWidth - entry.offsetWidth) / 2;
}

// A form that does something once cannot be sent twice by a nervous hand.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Themes.
const themes = document.getElementById("theme");
if (themes) {
  themes.value = localStorage.getItem("theme") || "";
  themes.addEventListener("change", () => {
    if (themes.value) {
      localStorage.setItem("theme", themes.value);
      document.documentElement.dataset.theme = themes.value;
    } else {
      localStorage.removeItem("theme");
      delete document.documentElement.dataset.theme;
    }
  });
}

// Characters of a long answer, counted as the server counts them: NFC, a line end as one.
for (const box of document.querySelectorAll("textarea[data-limit]")) {
  const limit = Number(box.dataset.limit);
  const counter = document.createElement("p");
  counter.className = "counter";
  box.after(counter);
  const count = () => {
    const length = [...box.value.normalize("NFC").replace(/\r\n?/g, "\n")].length;
    counter.textContent = `${length.toLocaleString()} / ${limit.toLocaleString()}`;
    counter.classList.toggle("over", length > limit);
  };
  box.addEventListener("input", count);
  count();
}

// Leaving a page with unsaved text asks first.
for (const part of document.querySelectorAll("[data-guard]")) {
  const form = part.matches("form") ? part : part.querySelector("form");
  let changed = false;
  form?.addEventListener("input", () => { changed = true; });
  form?.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// Time left until a deadline, by the server's clock; announced at 60, 10 and 1 minutes.
const announce = document.getElementById("announcer");
for (const place of document.querySelectorAll("[data-countdown]")) {
  const offset = Number(place.dataset.now) * 1000 - Date.now();
  const end = Number(place.dataset.countdown) * 1000;
  const words = document.body.dataset;
  let said = Infinity;
  const tick = () => {
    const left = Math.max(0, Math.floor((end - Date.now() - offset) / 1000));
    const days = Math.floor(left / 86400);
    const clock = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60]
      .map((part) => String(part).padStart(2, "0")).join(":");
    place.textContent = left ? words.left.replace("DAYS", days).replace("TIME", clock) : words.closed;
    for (const minutes of [60, 10, 1]) {
      if (left <= minutes * 60 && left > 0 && said > minutes && left > minutes * 60 - 60) {
        said = minutes;
        announce.textContent = place.textContent;
      }
    }
    if (left) setTimeout(tick, 1000);
  };
  tick();
}

// The sum of a score sheet while it is written.
const total = document.querySelector("[data-total]");
if (total) {
  const boxes = [...document.querySelectorAll("input[data-points]")];
  const sum = () => {
    const values = boxes.map((box) => box.value.trim()).filter((value) => value !== "");
    total.textContent = Math.round(values.reduce((all, value) => all + Number(value), 0) * 10) / 10;
    document.querySelector("main [data-left]").textContent = boxes.length - values.length;
  };
  for (const box of boxes) box.addEventListener("input", sum);
}

// The session's end is told five minutes before, with a way to go on.
const dialog = document.getElementById("session");
if (dialog) {
  const seconds = Number(dialog.dataset.endsIn) - Number(dialog.dataset.warning);
  let timer;
  const wait = () => { clearTimeout(timer); timer = setTimeout(() => dialog.showModal(), seconds * 1000); };
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.status === 204) { dialog.close(); wait(); } else { location.reload(); }
  });
  wait();
}
