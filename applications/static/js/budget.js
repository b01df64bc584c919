// The budget adds itself up while it is typed; the server computes the same when it saves.
"use strict";

const costs = first("[data-budget]");
if (costs) {
  const form = costs.closest("form");
  const boxes = all("input", costs);
  const amount = (box) => {
    const digits = box.value.replace(/[,\s]|원$/g, "");
    return /^[0-9]*$/.test(digits) ? Number(digits) : NaN;
  };
  const sum = (some) => some.reduce((all, box) => all + amount(box), 0);
  const write = (name, won) => {
    for (const place of all(`[data-sum="${name}"]`, form)) {
      place.textContent = Number.isNaN(won) ? "–" : won.toLocaleString("en");
    }
  };
  const add = () => {
    const cash = sum(boxes.filter((box) => box.name.endsWith("_cash")));
    const inKind = sum(boxes.filter((box) => box.name.endsWith("_in_kind")));
    for (const row of costs.tBodies[0].rows) {
      const cells = all("input", row);
      write(cells[0].name.replace(/_cash$/, ""), sum(cells));
    }
    const own = cash + inKind - amount(form.elements.requested);
    for (const [name, won] of Object.entries({ cash, in_kind: inKind, total: cash + inKind, own, own_cash: own - inKind })) {
      write(name, won);
    }
  };
  // An amount that is left stands with its separators.
  const tidy = ({ target }) => {
    if (target.inputMode === "numeric" && target.value && !Number.isNaN(amount(target))) {
      target.value = amount(target).toLocaleString("en");
    }
  };
  on(form, "input", add);
  on(form, "focusout", tidy);
  add();
}
