// Narrows the table of this page and moves through it by keyboard. Reads nothing but the page, sends nothing, and writes
// text, spans and `hidden` alone: never markup.
"use strict";
(() => {
  const table = document.querySelector("table");
  const form = document.querySelector("form");
  if (!table || !form || !table.tBodies[0]) return;
  const region = table.parentElement;
  const count = document.getElementById("count");
  const where = document.getElementById("where");
  const search = form.elements.search;
  const heldOnly = form.elements.held;

  // What the page says, once.
  const startsOf = (tr) => {
    let at = 0;
    return Array.from(tr.cells, (cell) => (at += cell.colSpan) - cell.colSpan);
  };
  const headRow = table.tHead.rows[table.tHead.rows.length - 1];
  const heads = Array.from(headRow.cells);
  const marked = heads.findIndex((th) => th.dataset.key !== undefined);
  const first = marked < 0 ? heads.length : marked;
  const columns = heads.map((th, at) => {
    const { key, group, effect } = th.dataset;
    const words = [key, th.title, group].filter(Boolean);
    return { th, at, key, group, effects: new Set(effect ? [effect] : []), text: words.join("\n").toLowerCase(), shown: true };
  });
  const rows = Array.from(table.tBodies[0].rows, (tr) => {
    const starts = startsOf(tr);
    const values = [];
    const held = [];
    starts.forEach((at, i) => {
      const cell = tr.cells[i];
      if (at < first) values.push(cell.textContent);
      else if (cell.textContent !== "") {
        held.push({ at, mark: cell.title });
        columns[at].effects.add(cell.title);
      }
    });
    return { tr, starts, values, held, text: values.join("\n").toLowerCase(), shown: true };
  });
  const lineOf = new Map(rows.map((row) => [row.tr, row]));
  const whole = columns.map((column) => column.at + 1).join();
  rows.forEach((row) => { row.drawn = "0," + whole; });
  const headLines = Array.from(table.tHead.rows, (tr) => ({ tr, starts: startsOf(tr), shown: true }));
  const headLine = headLines[headLines.length - 1];

  // The filters, from what the page says.
  const filters = [];
  const offer = (label, values, test) => {
    const distinct = Array.from(new Set(values));
    if (distinct.length < 2 || distinct.length > 1000) return;
    const select = document.createElement("select");
    select.append(new Option("all", ""), ...distinct.map((value) => new Option(value || "(none)", "=" + value)));
    const box = document.createElement("label");
    box.append(label, select);
    form.insertBefore(box, form.querySelector(".box, button"));
    filters.push({ select, test });
  };
  const chosen = (filter) => (filter.select.value === "" ? null : filter.select.value.slice(1));
  const near = (a, b) => a === b || a.startsWith(b + "/") || b.startsWith(a + "/");
  const rowFilters = [];
  columns.filter((column) => column.th.dataset.filter).forEach((column) => {
    const isPath = column.th.dataset.filter === "path";
    const parts = (row) => (isPath ? row.values[column.at].split(", ") : [row.values[column.at]]);
    offer(column.th.textContent, rows.flatMap(parts).sort(), (row, wanted) =>
      parts(row).some((part) => (isPath && wanted ? near(part, wanted) : part === wanted)));
  });
  rowFilters.push(...filters.splice(0));
  offer("Group", columns.filter((c) => c.key !== undefined).map((c) => c.group || ""), (column, wanted) => (column.group || "") === wanted);
  const marks = Array.from(document.querySelectorAll("[data-mark]"), (item) => item.dataset.mark);
  const effectAt = filters.length;
  offer(form.dataset.marks, marks, (column, wanted) => column.effects.has(wanted));
  const columnFilters = filters.splice(0);
  const effectFilter = columnFilters[effectAt];

  // Deciding what is shown. A word that only columns have narrows the columns; one that both have keeps rows that
  // have it or hold it. A row that holds nothing of narrowed columns says nothing.
  function decide() {
    const isWanted = columns.map((column) => column.at < first);
    let isLimited = columnFilters.some((filter) => chosen(filter) !== null);
    for (const column of columns.slice(first)) {
      isWanted[column.at] = columnFilters.every((filter) => chosen(filter) === null || filter.test(column, chosen(filter)));
    }
    const tests = rowFilters
      .filter((filter) => chosen(filter) !== null)
      .map((filter) => ((wanted) => (row) => filter.test(row, wanted))(chosen(filter)));
    for (const word of search.value.toLowerCase().split(/\s+/).filter(Boolean)) {
      const hits = columns.map((column) => column.at >= first && column.text.includes(word));
      const inColumns = hits.includes(true);
      if (inColumns && !rows.some((row) => row.text.includes(word))) {
        isLimited = true;
        hits.forEach((hit, at) => { if (at >= first && !hit) isWanted[at] = false; });
      } else {
        tests.push((row) => row.text.includes(word) || (inColumns && row.held.some(({ at }) => hits[at])));
      }
    }
    const effect = effectFilter ? chosen(effectFilter) : null;
    const counts = ({ at, mark }) => isWanted[at] && (effect === null || mark === effect);
    const isHeld = new Set();
    for (const row of rows) {
      row.shown = tests.every((test) => test(row)) && (!isLimited || row.held.some(counts));
      if (row.shown) row.held.forEach((mark) => { if (counts(mark)) isHeld.add(mark.at); });
    }
    const narrow = heldOnly && heldOnly.checked;
    for (const column of columns) {
      column.shown = isWanted[column.at] && (column.at < first || !narrow || isHeld.has(column.at));
    }
  }

  // A cell may stand for a run of columns: it spans as many as are shown. A row is fitted when it is shown: most of a long
  // table is not.
  function draw() {
    const before = [0];
    columns.forEach((column, at) => before.push(before[at] + (column.shown ? 1 : 0)));
    const fit = before.join();
    for (const line of [...headLines, ...rows]) {
      const { tr, starts, shown, drawn } = line;
      if (shown === tr.hidden) tr.hidden = !shown;
      if (!shown || drawn === fit) continue;
      line.drawn = fit;
      starts.forEach((start, i) => {
        const cell = tr.cells[i];
        const end = i + 1 < starts.length ? starts[i + 1] : columns.length;
        const span = before[end] - before[start];
        if (cell.hidden !== (span === 0)) cell.hidden = span === 0;
        if (span > 0 && cell.colSpan !== span) cell.colSpan = span;
      });
    }
    for (const { select } of [...rowFilters, ...columnFilters]) select.classList.toggle("set", select.value !== "");
    const told = [tell(rows, count.dataset.rows)];
    if (first < columns.length) told.push(tell(columns.slice(first), count.dataset.columns));
    count.textContent = told.join(", ");
  }
  function tell(all, noun) {
    const shown = all.filter((one) => one.shown).length;
    return (shown === all.length ? "" : shown + " of ") + all.length + " " + noun + (all.length === 1 ? "" : "s");
  }

  let waiting = 0;
  function apply() {
    clearTimeout(waiting);
    decide();
    draw();
    if (!current || current.hidden || current.parentElement.hidden) rest(heads[0]);
    pad();
  }
  form.addEventListener("input", () => {
    // A long table is narrowed when the typing rests.
    if (rows.length > 2000) { clearTimeout(waiting); waiting = setTimeout(apply, 200); } else apply();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));

  // Moving: one cell is in the tab order, the arrows lead from it to the next that is shown.
  let current = null;
  function rest(cell) {
    if (current) current.removeAttribute("tabindex");
    current = cell;
    current.tabIndex = 0;
  }
  function pad() {
    region.style.scrollPaddingTop = table.tHead.offsetHeight + "px";
    region.style.scrollPaddingLeft = heads[0].offsetWidth + "px";
    region.style.setProperty("--first", heads[0].offsetWidth + "px");
  }
  function go(cell) {
    if (!cell) return;
    rest(cell);
    cell.focus();
  }
  const shownCells = (tr) => Array.from(tr.cells).filter((cell) => !cell.hidden);
  function across(tr, at) {
    const { starts } = lineOf.get(tr) || headLine;
    let i = starts.findLastIndex((start) => start <= at);
    while (i > 0 && tr.cells[i].hidden) i -= 1;
    return tr.cells[i];
  }
  const PAGE = 10;
  const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE };
  function next(event) {
    const tr = current.parentElement;
    const lines = [headRow, ...rows.filter((row) => row.shown).map((row) => row.tr)];
    const line = lines.indexOf(tr);
    const cells = shownCells(tr);
    const place = cells.indexOf(current);
    const at = (lineOf.get(tr) || headLine).starts[Array.prototype.indexOf.call(tr.cells, current)];
    const to = (line) => lines[Math.max(0, Math.min(lines.length - 1, line))];
    if (event.key in STEPS) return across(to(line + STEPS[event.key]), at);
    if (event.key === "ArrowLeft") return cells[place - 1];
    if (event.key === "ArrowRight") return cells[place + 1];
    if (event.key === "Home") return shownCells(event.ctrlKey ? to(0) : tr)[0];
    if (event.key === "End") return shownCells(event.ctrlKey ? to(lines.length) : tr).pop();
    return undefined;
  }
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || !event.target.closest("th, td")) return;
    if (!(event.key in STEPS) && !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    go(next(event));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "/" && event.target !== search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && !event.target.matches("select")) {
      event.preventDefault();
      if (search.value === "") form.reset();
      else { search.value = ""; apply(); }
    }
  });

  // What a cell means, in words, for whoever points at it or stands on it.
  function explain(cell) {
    const tr = cell.parentElement;
    const row = lineOf.get(tr);
    const line = row || headLines.find((one) => one.tr === tr);
    const i = Array.prototype.indexOf.call(tr.cells, cell);
    const at = line.starts[i];
    const column = columns[at];
    const head = column.key === undefined ? column.th.textContent
      : column.key + (column.th.title ? " (" + column.th.title + ")" : "");
    if (!row) return tr === headRow ? [column.group, head].filter(Boolean).join(" · ") : cell.title || cell.textContent;
    if (at < first) return at === 0 ? row.values[0] : row.values[0] + " · " + head + ": " + (row.values[at] || "none");
    const end = i + 1 < line.starts.length ? line.starts[i + 1] : columns.length;
    if (end - at > 1) return row.values[0] + " · nothing of these";
    return row.values[0] + " · " + head + ": " + (cell.title || (cell.textContent === "" ? "not held" : "held"));
  }
  const point = (event) => {
    const cell = event.target.closest("th, td");
    if (cell) where.textContent = explain(cell);
  };
  table.addEventListener("mouseover", point);
  table.addEventListener("focusin", point);
  table.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("tbody th, tbody td, thead tr:last-child th");
    if (cell) rest(cell);
  });

  table.setAttribute("role", "grid");
  region.removeAttribute("tabindex");
  form.hidden = false;
  where.textContent = "Tab leads into the table, arrows move in it; / searches, Escape shows all again.";
  apply();
})();
