"use strict";
(() => {
  const data = JSON.parse(document.getElementById("changes-data").textContent);
  const [PLACE, FIELD, BEFORE, AFTER, WHAT, WHY] = [4, 5, 6, 7, 8, 9];
  const SHOWN = 100;
  const lines = [];
  data.rows.forEach((row, at) => {
    const text = (number) => data.texts[number];
    const [table, key, number, whose, place, what, why] = row.slice(0, 7).map(text);
    const fields = row[8].length ? row[8] : [null, null, null];
    for (let n = 0; n < fields.length; n += 3) {
      const change = [0, 1, 2].map((k) => fields[n + k] === null ? "" : text(fields[n + k]));
      lines.push({ row: at, group: row[7], place: lines.length,
        cells: [table, key, number, whose, place, ...change, what, why] });
    }
  });
  const used = data.heads.map((_, n) => n).filter((n) => lines.some((line) => line.cells[n]));
  const state = { words: "", chosen: {}, group: 0, sort: -1, down: false, page: 0 };
  let found = lines;

  const make = (name, attributes = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const counted = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

  function select() {
    const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    found = lines.filter((line) =>
      (!state.group || line.group === state.group) &&
      Object.entries(state.chosen).every(([n, value]) => n == WHY
        ? line.cells[n].split(/, |: /).includes(value) : line.cells[n] === value) &&
      words.every((word) => line.cells.some((cell) => cell.toLowerCase().includes(word))));
    if (state.sort >= 0) {
      const order = new Intl.Collator("en", { numeric: true });
      const sign = state.down ? -1 : 1;
      found.sort((a, b) =>
        sign * order.compare(a.cells[state.sort], b.cells[state.sort]) || a.place - b.place);
    }
    state.page = 0;
    show();
  }

  function show() {
    const from = state.page * SHOWN;
    const part = found.slice(from, from + SHOWN);
    let before = -1;
    body.replaceChildren(...part.map((line) => {
      const row = make("tr", line.row === before ? {} : { class: "first" });
      before = line.row;
      row.append(...used.map((n, at) => {
        const cell = at ? make("td", { "data-head": data.heads[n] }) : make("th", { scope: "row" });
        if (n === AFTER) cell.className = "after";
        cell.textContent = line.cells[n];
        return cell;
      }));
      return row;
    }));
    const rows = new Set(found.map((line) => line.row)).size;
    const last = Math.min(from + SHOWN, found.length);
    status.textContent = found.length
      ? `${counted(rows, "row", "rows")}, ${counted(found.length, "line", "lines")}; shown: ` +
        `${(from + 1).toLocaleString("en")} to ${last.toLocaleString("en")}`
      : "No row is of this kind.";
    back.disabled = !state.page;
    on.disabled = last >= found.length;
    take.disabled = !found.length;
    clear.disabled = !(state.words || state.group || Object.keys(state.chosen).length);
    used.forEach((n, at) => heads[at].setAttribute(
      "aria-sort", n !== state.sort ? "none" : state.down ? "descending" : "ascending"));
    same.forEach((button, number) =>
      button.setAttribute("aria-pressed", String(number === state.group)));
  }

  function exported() {
    const cell = (text) => {
      const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
    };
    const all = [data.heads, ...found.map((line) => line.cells)];
    return "\ufeff" + all.map((cells) => cells.map(cell).join(",") + "\r\n").join("");
  }

  const controls = make("div", { class: "controls", role: "search" });
  const search = make("input", { type: "search", id: "search", autocomplete: "off" });
  search.addEventListener("input", () => { state.words = search.value; select(); });
  controls.append(make("label", {}, "search", search));
  const choices = [];
  for (const n of [0, PLACE, FIELD, WHAT, WHY]) {
    const values = new Map();
    for (const line of lines) {
      const told = n === WHY ? line.cells[n].split(/: /)[0].split(", ") : [line.cells[n]];
      for (const value of told) if (value) values.set(value, (values.get(value) || 0) + 1);
    }
    if (values.size < 1 || !used.includes(n)) continue;
    const choice = make("select", { "data-column": data.heads[n] });
    choice.append(make("option", { value: "" }, "all"));
    for (const [value, number] of [...values].sort())
      choice.append(make("option", { value }, `${value} (${number.toLocaleString("en")})`));
    choice.addEventListener("change", () => {
      if (choice.value) state.chosen[n] = choice.value;
      else delete state.chosen[n];
      select();
    });
    choices.push(choice);
    controls.append(make("label", {}, data.heads[n], choice));
  }
  const clear = make("button", { type: "button", id: "clear" }, "show all");
  clear.addEventListener("click", () => {
    Object.assign(state, { words: "", chosen: {}, group: 0 });
    search.value = "";
    for (const choice of choices) choice.value = "";
    select();
  });
  const take = make("button", { type: "button", id: "export" }, "export as CSV");
  take.addEventListener("click", () => {
    const blob = new Blob([exported()], { type: "text/csv" });
    const link = make("a", { href: URL.createObjectURL(blob), download: data.file });
    link.click();
    URL.revokeObjectURL(link.href);
  });
  controls.append(clear, take);

  const status = make("p", { role: "status", id: "status" });
  const back = make("button", { type: "button" }, "before");
  const on = make("button", { type: "button", id: "next" }, "next");
  const turn = (by) => () => { state.page += by; show(); };
  back.addEventListener("click", turn(-1));
  on.addEventListener("click", turn(1));

  const heads = used.map((n) => {
    const button = make("button", { type: "button" }, data.heads[n]);
    button.addEventListener("click", () => {
      state.down = state.sort === n && !state.down;
      state.sort = n;
      select();
    });
    return make("th", { scope: "col" }, button);
  });
  const body = make("tbody");
  const table = make("table", { class: "rows" },
    make("caption", { hidden: "" }), make("thead", {}, make("tr", {}, ...heads)), body);

  const same = new Map();
  const alike = document.getElementById("alike");
  if (alike) {
    const numbers = alike.dataset.numbers.split(" ").map(Number);
    alike.querySelectorAll("tbody tr").forEach((row, at) => {
      const button = make("button", { type: "button", class: "same" }, "show");
      button.setAttribute("aria-label", `show the rows of group ${at + 1}`);
      button.addEventListener("click", () => {
        state.group = state.group === numbers[at] ? 0 : numbers[at];
        select();
        document.getElementById("rows").scrollIntoView();
      });
      same.set(numbers[at], button);
      row.firstElementChild.prepend(button);
    });
  }

  const room = make("div", { class: "room", tabindex: "0", role: "region", "aria-label": "Row by row" }, table);
  const place = document.getElementById("explorer");
  place.append(controls, status, room, make("div", { class: "pager" }, back, on));
  document.getElementById("plain").hidden = true;
  place.hidden = false;
  select();
})();
