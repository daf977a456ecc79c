"use strict";
/* One plan is chosen at a time; its name is the page's address after '#'. Everything else follows from that. */
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const plans = all(".plan");
  const names = plans.map((plan) => plan.dataset.plan);
  const slider = document.getElementById("slider");
  const stepper = document.querySelector(".stepper");
  const variants = {};
  let chosen = names.indexOf(document.querySelector(".plan.chosen").dataset.plan);

  /* ---- the plan picker ---- */

  const choose = (place, keep = true) => {
    chosen = Math.min(Math.max(place, 0), names.length - 1);
    const name = names[chosen], words = plans[chosen].dataset.words;
    for (const part of all(".plan, .brief, [data-choose]:is(.dot, .card)")) {
      const isIt = (part.dataset.plan ?? part.dataset.choose) === name;
      part.classList.toggle("chosen", isIt);
      if (part.classList.contains("card")) isIt ? part.setAttribute("aria-current", "true") : part.removeAttribute("aria-current");
    }
    if (slider) {
      slider.value = String(chosen);
      slider.setAttribute("aria-valuetext", words);
    }
    stepper.querySelector(".now").textContent = words.replace(/^Plan /, "");
    for (const button of all("button", stepper)) button.disabled = !names[chosen + Number(button.dataset.step)];
    for (const figure of all(".drawn", plans[chosen])) showVariant(figure, variants[figure.dataset.figure]);
    unpack(plans[chosen]);
    if (keep && location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
  };

  const fromAddress = () => {
    const place = names.indexOf(location.hash.slice(1));
    if (place >= 0) choose(place);
    return place >= 0;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link?.dataset.choose) {
      event.preventDefault();
      choose(names.indexOf(link.dataset.choose));
    } else if (link?.hash) {
      const target = document.getElementById(link.hash.slice(1));
      if (target) {
        event.preventDefault();
        target.scrollIntoView();
        target.focus({ preventScroll: true });
      }
    }
  });

  /* Anywhere in the plot: the nearest plan. */
  document.querySelector(".plot").addEventListener("click", (event) => {
    if (event.target.closest("a")) return;
    const far = (dot) => {
      const box = dot.getBoundingClientRect();
      return Math.hypot(event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
    };
    const nearest = all(".dot").reduce((one, other) => (far(other) < far(one) ? other : one));
    choose(names.indexOf(nearest.dataset.choose));
  });

  slider?.addEventListener("input", () => choose(Number(slider.value)));
  for (const button of all("button", stepper)) button.addEventListener("click", () => choose(chosen + Number(button.dataset.step)));
  stepper.classList.toggle("single", names.length < 2);

  document.querySelector(".cards")?.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const cards = all(".card");
    const here = Math.max(0, cards.indexOf(document.activeElement));
    const card = cards[Math.min(Math.max(here + steps[event.key], 0), cards.length - 1)];
    choose(names.indexOf(card.dataset.choose));
    card.focus();
  });

  /* ---- figures ---- */

  /* Pictures of other plans are packed in the page, so that it is small enough to be sent. */
  const unpack = async (within) => {
    for (const place of all("[data-packed]", within)) {
      const packed = place.dataset.packed;
      delete place.dataset.packed;
      if (!("DecompressionStream" in window)) return;
      const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      const picture = new Image(Number(place.dataset.width), Number(place.dataset.height));
      picture.alt = place.dataset.alt;
      picture.src = `data:image/svg+xml,${encodeURIComponent(await new Response(stream).text())}`;
      place.replaceChildren(picture);
    }
  };

  const showVariant = (figure, wanted) => {
    const parts = all(".variant", figure);
    const shown = parts.find((part) => part.dataset.variant === wanted) ?? parts.find((part) => part.classList.contains("shown"));
    for (const part of parts) part.classList.toggle("shown", part === shown);
    const list = figure.querySelector("select");
    if (list) list.value = shown.dataset.variant;
  };

  let number = 0;
  for (const figure of all(".drawn")) {
    const parts = all(".variant", figure);
    if (parts.length < 2) continue;
    const list = document.createElement("select"), label = document.createElement("label"), row = document.createElement("p");
    list.id = `variant-${(number += 1)}`;
    label.htmlFor = list.id;
    label.textContent = "Show";
    for (const part of parts) list.append(new Option(part.dataset.label, part.dataset.variant));
    list.addEventListener("change", () => {
      variants[figure.dataset.figure] = list.value;
      showVariant(figure, list.value);
    });
    row.className = "variants";
    row.append(label, list);
    figure.querySelector(".variant").before(row);
  }

  /* ---- tables that sort; the same table of every plan in the same order ---- */

  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  };
  const compare = (one, other) => {
    if (typeof one === "number" && typeof other === "number") return one - other;
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    return one.localeCompare(other, undefined, { numeric: true });
  };
  const sort = (table, column, way) => {
    all("tr.sorts th", table).forEach((heading, place) => heading.setAttribute("aria-sort", place === column ? way : "none"));
    const sign = way === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row, column), row]);
    /* What has no number comes last, whichever way: in a column of numbers words too. */
    const numbers = rows.some(([key]) => typeof key === "number");
    const empty = (key) => key === "–" || key === "" || (numbers && typeof key !== "number");
    rows.sort(([one], [other]) => empty(one) - empty(other) || sign * compare(one, other));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  for (const table of all("table[data-table]")) {
    all("tr.sorts th", table).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      heading.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const way = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        for (const same of all(`table[data-table="${table.dataset.table}"]`)) if (same.rows.length) sort(same, column, way);
      });
    });
  }

  /* ---- search in the inputs ---- */

  const search = document.getElementById("search");
  search?.addEventListener("input", () => {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const fold of all("details.inputs")) {
      let here = 0;
      for (const row of all("tbody tr", fold)) {
        const text = row.textContent.toLowerCase() + fold.querySelector("h3").textContent;
        row.hidden = !words.every((word) => text.includes(word));
        here += row.hidden ? 0 : 1;
      }
      fold.hidden = here === 0;
      fold.open = words.length > 0 && here > 0;
      found += here;
    }
    document.querySelector(".found").textContent = words.length ? `${found} ${found === 1 ? "row" : "rows"} found` : "";
  });

  /* ---- print: everything that folds is open ---- */

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });

  addEventListener("hashchange", fromAddress);
  if (!fromAddress()) choose(chosen, false);
  unpack(document.getElementById("across") ?? document.createElement("div"));
})();
