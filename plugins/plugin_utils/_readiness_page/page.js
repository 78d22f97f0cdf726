"use strict";
// Filter, search, and what is behind a cell. Without it the page has everything but these.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const strings = data.strings;
  const words = data.words;
  const [shownText, statusText, valueText, sourceText, evidenceText, remedyText, attestedText, guestText, readyText,
    answeredText, silentText, notAskedText, hostsText, vmsText, allText, closeText] = data.say;
  // Heights of rows in rem, as the style sheet has them: for parts of tables that nobody has seen yet.
  const ROW = 2.575;
  const DRIVE = 2;
  const LEAD = { host: 2, vm: 3 };
  const form = document.getElementById("filter");
  const search = document.getElementById("search");
  const choice = document.getElementById("requirement");
  const shown = document.getElementById("shown");
  const details = document.getElementById("details");
  const columnRules = document.styleSheets[0];
  const stops = {};

  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const nameOf = (row) => row.cells[0].firstChild.data;
  const verdictOf = (kind, row, column) => data[kind].columns[column][2][data[kind].rows[row][column]];

  // What is searched, and what is known of each row.
  const drives = all("#drive tbody").map((body) => ({
    body,
    host: body.rows[0].cells[0].textContent,
    rows: [...body.rows].slice(1).map((row) => ({ row, drive: row.cells.length > 1, text: fold([...row.cells].map((cell) => cell.textContent).join(" ")) })),
  }));
  const subjects = { host: [], vm: [] };
  const places = new Map();
  for (const kind of ["host", "vm"]) {
    const table = document.getElementById(kind);
    if (!table) continue;
    subjects[kind] = all("tbody tr", table).map((row, place) => {
      // Of a host the table of drives tells more, in the same order; of a VM its drives are with the data.
      const more = kind === "host" ? drives[place].rows.map((item) => item.text).join(" ") : strings[data.vm.drives[place]];
      places.set(row, place);
      return { row, name: nameOf(row), text: fold([...row.cells[0].childNodes].map((node) => node.textContent).join(" ") + " " + more), shown: true };
    });
  }
  const named = { host: new Map(), vm: new Map() };
  for (const kind of ["host", "vm"]) {
    for (const subject of subjects[kind]) {
      named[kind].set(subject.name, [...(named[kind].get(subject.name) || []), subject]);
    }
  }
  const chunks = all(".matrix tbody").map((body) => {
    const from = places.get(body.rows[0]);
    return { body, kind: body.parentNode.id, from, to: from + body.rows.length };
  });
  const capabilities = all("#capability tbody tr");
  const findings = all(".finding").map((node) => ({
    node, kind: node.dataset.kind, column: node.dataset.column, status: node.dataset.status,
    seen: all(".seen", node).map((seen) => ({ seen, names: all("li", seen) })),
  }));

  // Requirements to choose from: `host 3` is the fourth of those on hosts.
  choice.append(new Option(allText, ""));
  for (const [kind, label] of [["host", hostsText], ["vm", vmsText]]) {
    const group = document.createElement("optgroup");
    group.label = label;
    data[kind].columns.forEach(([id, title], column) => group.append(new Option(`${id} ${title}`, `${kind} ${column}`)));
    if (group.children.length) choice.append(group);
  }

  const healthOf = (kind, place) => [...((kind === "vm" && data.vm.health[place]) || "")];
  const has = (kind, place, column, statuses) => {
    if (column === null && healthOf(kind, place).some((letter) => statuses.has(letter))) return true;
    const columns = column === null ? data[kind].rows[place].keys() : [column];
    for (const each of columns) {
      const verdict = verdictOf(kind, place, each);
      if (verdict && (!statuses.size || statuses.has(verdict[0]))) return true;
    }
    return false;
  };
  let ruled = false;
  const showColumns = (kind, column) => {
    if (ruled) columnRules.deleteRule(columnRules.cssRules.length - 1);
    ruled = column !== null;
    if (ruled) {
      const other = `:nth-child(n+${LEAD[kind] + 1}):not(:nth-child(${LEAD[kind] + 1 + column}))`;
      columnRules.insertRule(`#${kind} tr>${other}{display:none}`, columnRules.cssRules.length);
    }
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const count = (items) => items.filter((item) => item.shown).length;

  const apply = () => {
    const wanted = fold(search.value.trim());
    const statuses = new Set(all("[name=status]:checked").map((box) => box.value));
    const [onlyKind, onlyColumn] = choice.value ? choice.value.split(" ") : [null, null];
    const column = onlyColumn === null ? null : Number(onlyColumn);
    for (const kind of ["host", "vm"]) {
      subjects[kind].forEach((subject, place) => {
        subject.found = subject.text.includes(wanted);
        const fits = onlyKind === null ? !statuses.size || has(kind, place, null, statuses)
          : onlyKind === kind && has(kind, place, column, statuses);
        subject.shown = subject.found && fits;
        subject.row.hidden = !subject.shown;
      });
    }
    for (const { body, kind, from, to } of chunks) {
      const here = count(subjects[kind].slice(from, to));
      body.hidden = !here;
      body.style.containIntrinsicHeight = `${here * ROW}rem`;
    }
    showColumns(onlyKind, column);
    for (const { node, kind, column: place, status, seen } of findings) {
      let left = 0;
      for (const { seen: part, names } of seen) {
        let here = 0;
        for (const name of names) {
          name.hidden = !(named[kind].get(name.textContent) || []).some((subject) => subject.found);
          here += !name.hidden;
        }
        part.hidden = !here;
        left += here;
      }
      const fits = (onlyKind === null || (onlyKind === kind && onlyColumn === place)) && (!statuses.size || statuses.has(status));
      node.hidden = !left || !fits;
    }
    let drivesShown = 0;
    for (const { body, host, rows } of drives) {
      const whole = fold(host).includes(wanted);
      let here = 0;
      for (const { row, text, drive } of rows) {
        // What is said of drives stays with those that are shown.
        row.hidden = !(whole || text.includes(wanted) || (!drive && here));
        here += !row.hidden && drive;
      }
      body.hidden = !here && !whole;
      body.style.containIntrinsicHeight = `${(here + 1) * DRIVE}rem`;
      drivesShown += here;
    }
    capabilities.forEach((row, place) => { row.hidden = !subjects.host[place].found; });
    for (const kind of ["host", "vm"]) {
      const first = subjects[kind].find((item) => item.shown);
      const stop = stops[kind];
      if (first && (stop.parentNode.hidden || column !== null)) stopAt(document.getElementById(kind), first.row.cells[1]);
    }
    search.dataset.applied = search.value;
    form.classList.toggle("filtered", Boolean(wanted || statuses.size || choice.value));
    shown.textContent = fill(shownText, {
      hosts: count(subjects.host), all_hosts: subjects.host.length,
      vms: count(subjects.vm), all_vms: subjects.vm.length,
      drives: drivesShown, all_drives: drives.flatMap((item) => item.rows).filter((item) => item.drive).length,
    });
  };

  // What is behind a cell.
  const ids = (kind, place, letter) => {
    const found = data[kind].columns.filter((_, column) => (verdictOf(kind, place, column) || [])[0] === letter).map(([id]) => id);
    return [...new Set(healthOf(kind, place).includes(letter) ? [...found, "health"] : found)].join(", ");
  };
  const signed = (letter) => (letter ? `${data.signs[letter]} ${words[letter]}` : "");
  const lines = (kind, place, column) => {
    if (column === -LEAD[kind] + 1) {
      return { title: readyText, rows: ["f", "u", "n"].map((letter) => [signed(letter), ids(kind, place, letter)]) };
    }
    if (column < 0) {
      const sign = subjects.vm[place].row.cells[2].textContent;
      return { title: guestText, rows: [[statusText, { "✓": answeredText, "?": silentText }[sign] || notAskedText], [evidenceText, strings[data.vm.guests[place]]]] };
    }
    const [id, title] = data[kind].columns[column];
    const [letter, ...texts] = verdictOf(kind, place, column) || [];
    const [value, source, evidence, remedy, attested] = [0, 1, 2, 3, 4].map((number) => strings[texts[number] || 0]);
    return {
      title: `${id} ${title}`,
      rows: [[statusText, signed(letter)], [valueText, value], [sourceText, source], [evidenceText, evidence], [remedyText, remedy], [attestedText, attested]],
    };
  };
  const close = () => {
    details.hidden = true;
    details.replaceChildren();
  };
  const show = (cell) => {
    const kind = cell.closest("table").id;
    const row = cell.parentNode;
    const { title, rows } = lines(kind, places.get(row), cell.cellIndex - LEAD[kind]);
    const list = document.createElement("dl");
    for (const [name, text] of rows) {
      if (text) list.append(make("dt", name), make("dd", text));
    }
    const button = Object.assign(make("button", closeText), { type: "button" });
    button.addEventListener("click", () => { cell.focus({ preventScroll: true }); close(); });
    details.replaceChildren(make("h3", `${nameOf(row)}: ${title}`), list, button);
    details.hidden = false;
    cell.ariaLabel = `${nameOf(row)}, ${title}: ${rows[0][1]}`;
    // So that the panel hides no cell that has the focus.
    const over = cell.getBoundingClientRect().bottom - details.getBoundingClientRect().top;
    if (over > 0) scrollBy(0, over + 8);
  };
  const step = (cell, down, right) => {
    const kind = cell.closest("table").id;
    if (down) {
      let place = places.get(cell.parentNode);
      do place += down; while (subjects[kind][place] && !subjects[kind][place].shown);
      return subjects[kind][place] && subjects[kind][place].row.cells[cell.cellIndex];
    }
    // With one requirement chosen, what is before the first one and that one are shown.
    const lead = LEAD[kind];
    const [, only] = choice.value.split(" ");
    const columns = data[kind].columns.map((_, column) => column + lead).filter((at) => !only || at === Number(only) + lead);
    const order = [...Array(lead - 1).keys()].map((at) => at + 1).concat(columns);
    return cell.parentNode.cells[order[order.indexOf(cell.cellIndex) + right]];
  };
  // One cell of each table can be reached with the tabulator, its neighbours with the arrows.
  const stopAt = (table, cell) => {
    const before = stops[table.id];
    if (before === cell) return;
    cell.tabIndex = 0;
    stops[table.id] = cell;
    // Without it a cell cannot have the focus, and would lose it.
    if (before) before.removeAttribute("tabindex");
  };
  const KEYS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
  for (const table of all(".matrix")) {
    table.setAttribute("role", "grid");
    stopAt(table, subjects[table.id][0].row.cells[1]);
    table.addEventListener("focusin", ({ target }) => {
      if (target.tagName !== "TD") return;
      stopAt(table, target);
      show(target);
    });
    table.addEventListener("click", ({ target }) => {
      if (target.tagName !== "TD") return;
      stopAt(table, target);
      target.focus({ preventScroll: true });
      show(target);
    });
    table.addEventListener("keydown", (event) => {
      const move = KEYS[event.key];
      if (!move || event.target.tagName !== "TD") return;
      event.preventDefault();
      const next = step(event.target, ...move);
      if (next) {
        stopAt(table, next);
        next.focus();
      }
    });
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  form.addEventListener("change", (event) => { if (event.target !== search) apply(); });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());

  // On paper nothing is folded away.
  let opened = [];
  addEventListener("beforeprint", () => { opened = all("details:not([open])"); opened.forEach((item) => { item.open = true; }); });
  addEventListener("afterprint", () => { opened.forEach((item) => { item.open = false; }); });

  form.hidden = false;
  // So that the filters, which stay on top, hide nothing that is jumped to.
  new ResizeObserver(() => {
    const stays = getComputedStyle(form).position === "sticky";
    document.documentElement.style.scrollPaddingTop = `${stays ? form.offsetHeight : 0}px`;
  }).observe(form);
  apply();
})();
