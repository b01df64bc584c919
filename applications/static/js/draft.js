// A section is saved while it is written: within two seconds of the last key, and when a field is left.
"use strict";

const part = first("[data-autosave]");
if (part) {
  const form = first("form", part);
  const state = first("[data-saving]", part);
  const words = state.dataset;
  const wait = { typing: 1200, offline: 5000, answer: 20000 };
  let timer, running = null, changed = false, leaving = false;

  const say = (text) => { if (state.textContent !== text) state.textContent = text; };
  const offline = () => { say(words.offline); later(wait.offline); };
  const later = (milliseconds) => { clearTimeout(timer); timer = setTimeout(save, milliseconds); };

  async function save() {
    clearTimeout(timer);
    if (running || !changed || leaving) return;
    changed = false;
    say(words.typing);
    running = send();
    await running;
    running = null;
    if (changed) later(wait.typing);
  }

  async function send() {
    let answer, told;
    try { // a line that hangs, or is cut within the answer, is no line
      const signal = AbortSignal.timeout(wait.answer);
      answer = await fetch(part.dataset.autosave, { method: "POST", body: new FormData(form), redirect: "manual", signal });
      if (answer.status === 200 || answer.status === 409) told = await answer.json();
    } catch {
      changed = true;
      return offline();
    }
    if (answer.status === 200) return done(told);
    changed = true;
    if (answer.status === 409) return refuse(told);
    if (answer.status >= 500) return offline();
    say(words.ended);
    clearTimeout(timer);
  }

  function done(saved) {
    form.elements.version.value = saved.version;
    const wrong = Object.entries(saved.errors).map(([name, [first]]) => `${labelOf(name)}: ${first}`);
    // "Saved" is never said over words that came while the answer was under way.
    if (wrong.length) say(`${saved.kept ? words.kept : words.wrong} ${wrong.join(" ")}`);
    else if (!changed) say(words.at.replace("TIME", saved.at));
    state.classList.toggle("error", wrong.length > 0);
    if (saved.said && !changed) tell(saved);
    if (!changed && (saved.kept || !wrong.length)) form.dispatchEvent(new Event("saved"));
  }

  // What does not fit stands beside its cell, and what follows from the figures below them, as the server computed it.
  function tell({ said, live = {} }) {
    for (const place of all("[data-said]", form)) {
      place.textContent = said[place.dataset.said] ?? "";
      place.hidden = !place.textContent;
      form.elements[place.dataset.said]?.setAttribute("aria-invalid", !place.hidden);
    }
    for (const [name, markup] of Object.entries(live)) first(`[data-live="${name}"]`).innerHTML = markup;
  }

  function refuse(told) {
    say(told.error);
    state.classList.add("error");
    if (!told.stale) return;
    state.append(" ", button(words.compare, () => form.requestSubmit(), "button-small"));
    leaving = true; // the next save is made in full sight
  }

  function labelOf(name) {
    const field = first(`[name="${name}"], [name^="${name}-"]`, form)?.closest(".field");
    return field?.querySelector("label, legend")?.textContent.trim() ?? "";
  }

  on(form, "input change", () => {
    changed = true;
    if (!state.classList.contains("error")) say(words.typing);
    later(wait.typing);
  });
  on(form, "focusout", save);
  on(window, "online", save);
  on(document, "visibilitychange", () => { if (document.hidden) save(); });
  // The last save waits for the one under way, which raises the version that it is checked by.
  on(form, "submit", async (event) => {
    leaving = true;
    clearTimeout(timer);
    if (!running) return;
    event.preventDefault();
    await running;
    delete form.dataset.sent;
    form.requestSubmit(event.submitter);
  });
}

// A question with a condition stands there only while the condition holds.
function showAsked() {
  for (const box of all("[data-asked-by]")) {
    const { askedBy, askedWhen } = box.dataset;
    const given = [...document.getElementsByName(askedBy)]
      .filter((one) => !["radio", "checkbox"].includes(one.type) || one.checked).map((one) => one.value);
    box.hidden = !askedWhen.split(" ").some((value) => given.includes(value));
  }
}
on(document, "change", showAsked);
showAsked();

// A list of rows grows by a row; a row that is removed says nothing any more.
for (const list of all("[data-rows]")) {
  const adding = first("[data-add-row]", list);
  const body = first("tbody, [data-row-list]", list);
  const full = () => body.children.length >= Number(list.dataset.rows);
  const removable = (row) => {
    const remove = first("[data-remove-row]", row);
    if (!remove) return;
    remove.hidden = false;
    on(remove, "click", () => {
      for (const input of all("input, select", row)) input.value = "";
      row.hidden = row !== body.firstElementChild;
      row.dispatchEvent(new Event("input", { bubbles: true }));
      adding.focus();
    });
  };
  const renumbered = (name, number) => name.replace(/-\d+-(?=[^-]+$)/, `-${number}-`);
  const fresh = body.lastElementChild.cloneNode(true);
  for (const row of body.children) removable(row);
  const last = body.lastElementChild;
  const isBlank = !all("input, select", last).some((input) => input.value);
  if (body.matches("[data-row-list]") && body.children.length > 1 && isBlank) last.remove();
  adding.hidden = full();
  on(adding, "click", () => {
    const row = fresh.cloneNode(true);
    const number = body.children.length;
    for (const input of all("input, select", row)) {
      input.value = "";
      input.name = renumbered(input.name, number);
      const label = first(`label[for="${input.id}"]`, row);
      input.id = `id_${input.name}`;
      input.setAttribute("aria-describedby", `said_${input.name}`);
      input.removeAttribute("aria-invalid");
      if (label) label.htmlFor = input.id;
      if (input.ariaLabel) input.ariaLabel = input.ariaLabel.replace(/\d+(?!.*\d)/, number + 1);
    }
    for (const place of all("[data-said]", row)) {
      place.dataset.said = renumbered(place.dataset.said, number);
      place.id = `said_${place.dataset.said}`;
      place.textContent = "";
      place.hidden = true;
    }
    for (const place of all("[data-row-number]", row)) place.textContent = number + 1;
    body.append(row);
    removable(row);
    first("input", row).focus();
    adding.hidden = full();
  });
}
