// Small aids; every page works without them.
"use strict";

// Shorthands, for the scripts of single pages too.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const first = (selector, within = document) => within.querySelector(selector);
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
const make = (tag, properties, ...content) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
};
const on = (target, events, act) => { for (const event of events.split(" ")) target?.addEventListener(event, act); };
const button = (textContent, act, more = "") => {
  const made = make("button", { type: "button", className: `button ${more}`, textContent });
  on(made, "click", act);
  return made;
};

// The error summary takes the focus, so that it is read first.
first(".error-summary")?.focus();

// What can be printed says so.
for (const place of all("p[data-print]")) place.append(" ", button(document.body.dataset.print, () => window.print()));

// On a narrow screen the entry of the navigation that is open, and the tab, are brought into sight.
for (const entry of all(".site-nav a[aria-current], .tabs a[aria-current]")) {
  const strip = entry.closest("ul, nav");
  strip.scrollLeft = entry.offsetLeft - strip.offsetLeft - (strip.clientWidth - entry.offsetWidth) / 2;
}

// A form that does something once cannot be sent twice by a nervous hand.
for (const form of all("form[data-once]")) {
  on(form, "submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
on(window, "pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
});

// Themes.
const themes = document.getElementById("theme");
if (themes) {
  const local = kept("local");
  themes.value = local.theme || "";
  on(themes, "change", () => {
    const page = document.documentElement.dataset;
    if (themes.value) local.theme = page.theme = themes.value;
    else { delete local.theme; delete page.theme; }
  });
}

// Characters of a long answer, counted as the server counts them: NFC, a line end as one, no white space around.
for (const box of all("textarea[data-limit]")) {
  const limit = Number(box.dataset.limit);
  const counter = make("p", { className: "counter" });
  box.after(counter);
  const count = () => {
    const length = [...box.value.normalize("NFC").replace(/\r\n?/g, "\n").trim()].length;
    const over = length > limit;
    counter.textContent = `${length.toLocaleString()} / ${limit.toLocaleString()}`;
    if (over) counter.append(` · ${document.body.dataset.over.replace("COUNT", (length - limit).toLocaleString())}`);
    counter.classList.toggle("over", over);
  };
  on(box, "input", count);
  count();
}

// Leaving a page with unsaved text asks first.
for (const form of all("form[data-guard], [data-guard] form")) {
  let changed = form.closest("[data-guard]").dataset.guard === "unsaved"; // what was sent stands there again
  on(form, "input", () => { changed = true; });
  on(form, "submit saved", () => { changed = false; });
  on(window, "beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// Time left until a deadline, by the server's clock, and never more than there is: what the page took to come has passed too,
// and each second goes when it is over. The page's clock stands while the computer sleeps, the computer's own may be set: where they
// part, the server is asked (its answer is cut to the second), and until it answers the later one counts. Announced at 60, 10 and 1 minutes.
const announce = document.getElementById("announcer");
for (const place of all("[data-countdown]")) {
  const { countdown, now } = place.dataset;
  const words = document.body.dataset;
  const gap = () => Date.now() - performance.now();
  let said = Infinity, known = gap(), unseen = 0;
  const ask = async () => {
    const begun = performance.now();
    try {
      const { headers } = await fetch(words.clock, { cache: "no-store", signal: AbortSignal.timeout(3000) });
      unseen = Date.parse(headers.get("Date")) + 1000 - now * 1000 - begun;
      known = gap();
    } catch { /* no line */ }
  };
  const tick = async () => {
    if (Math.abs(gap() - known) > 1000) await ask();
    const ahead = Math.max(0, gap() - known);
    const exact = (countdown - now) * 1000 - performance.now() - unseen - ahead;
    const left = Math.max(0, Math.floor(exact / 1000));
    const days = Math.floor(left / 86400);
    const clock = new Date(left * 1000).toISOString().slice(11, 19);
    place.textContent = left ? words.left.replace("DAYS", days).replace("TIME", clock) : words.closed;
    for (const minutes of [60, 10, 1]) {
      if (left <= minutes * 60 && left > 0 && said > minutes && left > minutes * 60 - 60) {
        said = minutes;
        announce.textContent = place.textContent;
      }
    }
    if (left || ahead > 1000) setTimeout(tick, left ? exact % 1000 + 1 : 5000);
  };
  tick();
}

// Counts of a list come after it.
const link = first("[data-counts]");
if (link) fetch(link).then((answer) => answer.text()).then((text) => {
  for (const { dataset, textContent } of all("[data-count]", parsed(text)))
    for (const here of all(`[data-count="${dataset.count}"]`)) here.textContent = textContent;
});

// A whole page at once.
on(first("[data-all]"), "change", ({ target }) => {
  for (const pick of document.getElementsByName("pick")) pick.checked = target.checked;
});

// What is watched is fetched anew every ten seconds, as long as somebody looks and does not switch it off.
const watching = first("[data-live-switch]");
if (watching) {
  const live = first("[data-live]");
  watching.hidden = false;
  setInterval(async () => {
    if (document.hidden || !first("input", watching).checked) return;
    const answer = await fetch(live.dataset.live).catch(() => ({}));
    if (answer.ok) live.innerHTML = await answer.text();
  }, 10000);
}

// The session's end is told five minutes before, with a way to go on.
const dialog = document.getElementById("session");
if (dialog) {
  const seconds = Number(dialog.dataset.endsIn) - Number(dialog.dataset.warning);
  let timer;
  const wait = () => { clearTimeout(timer); timer = setTimeout(() => dialog.showModal(), seconds * 1000); };
  on(first("form", dialog), "submit", async (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    event.preventDefault();
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.status === 204) { dialog.close(); wait(); } else { location.reload(); }
  });
  wait();
}
