"use strict";
(() => {
  const run = document.documentElement.dataset.run;
  const before = `reimport-sample/${run}/`;
  const cards = [...document.querySelectorAll(".card")];
  const by = document.getElementById("by");
  const told = document.getElementById("told");
  const store = {
    read(name) {
      try { return localStorage.getItem(before + name); } catch { return memory[name] ?? null; }
    },
    write(name, text) {
      memory[name] = text;
      try { localStorage.setItem(before + name, text); } catch { kept = false; }
    },
    names() {
      try {
        return Object.keys(localStorage).filter((n) => n.startsWith(before + "card/"))
          .map((n) => n.slice(before.length));
      } catch { return Object.keys(memory).filter((n) => n.startsWith("card/")); }
    },
  };
  const memory = {};
  let kept = true;

  function marked(name) {
    try { return JSON.parse(store.read(name) || "null"); } catch { return null; }
  }

  function fieldsOf(card) {
    return { radios: [...card.querySelectorAll("input[type=radio]")],
      remark: card.querySelector("textarea") };
  }

  function save(card) {
    const { radios, remark } = fieldsOf(card);
    const chosen = radios.find((radio) => radio.checked);
    const mark = chosen ? chosen.value : "";
    card.dataset.mark = mark;
    const { line, table, row } = card.dataset;
    store.write(`card/${line}`,
      JSON.stringify({ line, table, row, mark, remark: remark.value }));
    count();
  }

  function show(card) {
    const held = marked(`card/${card.dataset.line}`);
    if (!held) return;
    const { radios, remark } = fieldsOf(card);
    radios.forEach((radio) => { radio.checked = radio.value === held.mark; });
    remark.value = held.remark;
    card.dataset.mark = held.mark;
  }

  function all() {
    return store.names().map(marked).filter((held) => held && held.mark);
  }

  function count() {
    const held = all();
    const lines = new Map(held.map((one) => [one.line, one]));
    const here = cards.filter((card) => lines.has(card.dataset.line)).length;
    const wrong = held.filter((one) => one.mark === "not ok").length;
    const page = cards.length ? `${here} of ${cards.length} on this page, ` : "";
    const lost = kept ? "" : " This browser keeps no marks: export before you leave.";
    told.textContent =
      `Looked at: ${page}${held.length} in this browser; not ok: ${wrong}.${lost}`;
    document.querySelectorAll("[data-count]").forEach((cell) => {
      const number = held.filter((one) => one.table === cell.dataset.count).length;
      cell.textContent = number ? String(number) : "";
    });
  }

  function cell(text) {
    const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${harmless.replaceAll('"', '""')}"`;
  }

  function save_as_csv() {
    const heads = ["line", "run", "table", "row", "mark", "by", "remark"];
    const lines = all().map((one) =>
      [one.line, run, one.table, one.row, one.mark, by.value.trim(), one.remark]);
    const text = [heads, ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
    link.download = `marks-${run}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    told.textContent = `${lines.length} marks are in ${link.download}.`;
  }

  function at() {
    const card = document.activeElement && document.activeElement.closest(".card");
    return card ? cards.indexOf(card) : -1;
  }

  function go(place) {
    const card = cards[Math.max(0, Math.min(place, cards.length - 1))];
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "start" });
  }

  function mark(word) {
    const card = cards[at()];
    if (!card) return;
    const radio = fieldsOf(card).radios.find((each) => each.value === word);
    radio.checked = true;
    save(card);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !cards.length) return;
    const typing = event.target.matches("textarea, input:not([type=radio])");
    if (typing) {
      if (event.key === "Escape") event.target.closest(".card")?.focus();
      return;
    }
    const acts = {
      j: () => go(at() + 1),
      k: () => go(at() - 1),
      o: () => mark("ok"),
      n: () => mark("not ok"),
      r: () => cards[at()] && fieldsOf(cards[at()]).remark.focus(),
    };
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  by.value = store.read("by") || "";
  by.addEventListener("input", () => store.write("by", by.value));
  cards.forEach((card) => {
    show(card);
    card.addEventListener("change", () => save(card));
    card.querySelector("textarea").addEventListener("input", () => save(card));
  });
  document.getElementById("export").addEventListener("click", save_as_csv);
  document.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
  count();
})();
