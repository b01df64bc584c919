// What is typed into a form marked data-keep stays in this tab until a page says that it is saved: a session may end meanwhile,
// a line may break. Kept for one person at one address, without passwords and files; gone with the tab or at signing out.
"use strict";
{
  const words = document.body.dataset;
  const mine = `typed/${words.person ?? ""}`;
  const place = mine + location.pathname + location.search;
  const sent = "last sent";

  const tab = kept("session");
  const store = (key, value) => {
    try { tab[key] = value; } catch { /* full: what is saved on the server is all there is */ }
  };
  const drop = (unwanted) => {
    for (const key of Object.keys(tab)) if (key.startsWith("typed/") && unwanted(key)) delete tab[key];
  };
  if (words.person) drop((key) => !key.startsWith(`${mine}/`)); // somebody else sits here now
  on(first("form[data-sign-out]"), "submit", () => drop(() => true));

  const tell = (text, before, ...ways) => {
    const notice = make("div", { className: "panel panel-warning", tabIndex: -1, role: "status" }, make("p", {}, text));
    if (ways.length) notice.append(make("p", { className: "actions" }, ...ways));
    before.before(notice);
    notice.focus();
    return notice;
  };

  // The page after a press says whether it was saved; the log-in page and the pages of errors say that it is not lost.
  const last = tab[sent];
  delete tab[sent];
  if (last && words.person && first(".messages .success")) delete tab[last];
  if (last && tab[last]) {
    const error = first("main [data-error]");
    const href = last.slice(last.indexOf("/", "typed/".length));
    if (error) tell(words.kept, error, make("a", { className: "button", href }, words.keptForm));
    else if (!words.person) tell(words.kept, first("main form"));
  }

  const form = first("form[data-keep], [data-keep] form");
  if (form) {
    const left = ["password", "file", "submit", "button"];
    const fields = () => [...form.elements].filter(({ name, type }) => name && name !== "csrfmiddlewaretoken" && !left.includes(type));
    const isChoice = (field) => ["checkbox", "radio"].includes(field.type);
    const read = () => fields().filter((field) => !isChoice(field) || field.checked).map(({ name, value }) => [name, value]);
    const grow = (name) => { // a table of answers, to the row with this field
      const cell = first(`[data-rows] [name^="${name.replace(/-\d+-[^-]+$/, "")}-"]`, form);
      const adding = cell && first("[data-add-row]", cell.closest("[data-rows]"));
      while (adding && !adding.hidden && !form.elements[name]) adding.click();
    };
    const write = (values) => {
      for (const [name] of values) grow(name);
      for (const field of fields()) {
        const own = values.filter(([name]) => name === field.name).map(([, value]) => value);
        if (isChoice(field)) field.checked = own.includes(field.value);
        else if (own.length) field.value = own[0];
        for (const told of ["input", "change"]) field.dispatchEvent(new Event(told)); // counters hear it; nothing is saved by itself
      }
    };
    const hidden = fields().filter((field) => field.type === "hidden").map((field) => field.name);
    const seen = (values) => JSON.stringify(values.filter(([name]) => !hidden.includes(name)));
    const keep = () => store(place, JSON.stringify(read()));
    const forget = () => delete tab[place];

    // What was not saved is put back, with the version that it was typed into: a save in between is compared, not overwritten.
    const putBack = () => {
      if (!tab[place]) return;
      const typed = JSON.parse(tab[place]);
      form.reset();
      const saved = read();
      if (seen(typed) === seen(saved)) return forget();
      write(typed);
      const notice = tell(words.keptBack, form, button(words.keptDrop, () => { write(saved); end(); }));
      const end = () => { forget(); notice.remove(); };
      on(form, "saved", end);
    };
    if (first(".error-summary")) forget(); // the answer itself holds what was typed
    else on(document, "DOMContentLoaded", putBack); // when every other aid is ready
    on(form, "input", keep);
    on(form, "saved", forget); // without leaving the page
    on(form, "submit", () => { keep(); store(sent, place); });
  }
}
