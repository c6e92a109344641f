/** What makes the pages nicer. Everything works without it. */

/** Runs on every element that has the attribute. */
function each(attribute, improve) {
  for (const element of document.querySelectorAll(`[${attribute}]`)) {
    improve(element, element.getAttribute(attribute));
  }
}

/** What is not seen or only separates, as src/crypto/typed.ts and code.ts have it. */
const SEPARATORS = /[\p{White_Space}\p{Cf}\p{DI}\p{P}\u2212\u30fc]/gu;

/** A whole code is sent by itself, once: so many digits, of any script. */
each("data-digits", (input, digits) => {
  const whole = new RegExp(`^\\p{Nd}{${digits}}$`, "u");
  let sent = false;
  input.addEventListener("input", () => {
    if (sent || !whole.test(input.value.normalize("NFKC").replaceAll(SEPARATORS, ""))) return;
    sent = true;
    input.form.requestSubmit();
  });
});

/**
 * A second click does not send a second time. The field that a fault led to is left, or it would keep the focus from
 * what is wrong on the next page.
 */
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

const textOf = (id) =>
  document.getElementById(id)?.dataset.text ?? document.getElementById(id)?.innerText;

each("data-copy", (button, id) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(textOf(id));
    const words = button.querySelector("span");
    const label = words.textContent;
    words.textContent = button.dataset.done;
    setTimeout(() => (words.textContent = label), 2000);
  });
});

each("data-print", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

each("data-download", (button, id) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${textOf(id)}\n`], { type: "text/plain" }));
    link.download = button.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
});

const two = (number) => String(number).padStart(2, "0");

/** As a stopwatch shows it: 0:30 or 1:05:00. */
function stopwatch(seconds) {
  const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(
    Math.floor,
  );
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Calls `show` with the seconds that are left, every second, down to 0. */
function countDown(seconds, show) {
  const end = Date.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, (end - Date.now()) / 1000);
    show(left);
    if (left === 0) clearInterval(timer);
  }, 250);
}

/** Until a lock ends. */
each("data-countdown", (element, seconds) => {
  countDown(seconds, (left) => {
    const text = element.dataset.text.replace("{}", stopwatch(Math.ceil(left)));
    if (element.textContent !== text) element.textContent = text;
    if (left === 0) element.closest(".notice").hidden = true;
  });
});

each("data-ring", (ring, seconds) => {
  countDown(seconds, (left) => ring.style.setProperty("--left", left / seconds));
});

/** A button below a password shows it, and hides it again. */
each("data-reveal", (input, label) => {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "reveal quiet small", textContent: label });
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  });
  input.form.addEventListener("submit", () => (input.type = "password"));
  input.after(button);
});

/** The browser's own, with its region, if it is of the page's language. */
const locale =
  navigator.languages.find((one) => one.split("-")[0] === document.documentElement.lang) ??
  document.documentElement.lang;

/** Times in the reader's own zone. */
each("datetime", (element, instant) => {
  const options = {
    // The console has one for all.
    timeZone: element.dataset.zone,
    ...(!("clock" in element.dataset) && { year: "numeric", month: "short", day: "numeric" }),
    hour: "numeric",
    minute: "2-digit",
  };
  element.textContent = new Intl.DateTimeFormat(locale, options).format(new Date(instant));
});

/** Sections by day, by the days of that zone. */
each("data-days", (list) => {
  const options = { weekday: "long", year: "numeric", month: "long", day: "numeric" };
  const format = new Intl.DateTimeFormat(locale, options);
  const dayOf = (item) => format.format(new Date(item.querySelector("time").dateTime));
  const days = Map.groupBy(list.querySelectorAll("li"), dayOf);
  const [pattern] = list.children;
  const sections = [...days].map(([day, items], at) => {
    const section = pattern.cloneNode(true);
    const heading = section.querySelector("h2");
    heading.textContent = day;
    heading.id = `day-${at}`;
    section.setAttribute("aria-labelledby", heading.id);
    section.querySelector("ul").replaceChildren(...items);
    return section;
  });
  list.replaceChildren(...sections);
});

/** From bar to bar of a chart with the arrow keys. */
each("data-bars", (chart) => {
  const bars = [...chart.querySelectorAll("[tabindex]")];
  const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -bars.length, End: bars.length };
  chart.addEventListener("keydown", (event) => {
    const at = bars.indexOf(document.activeElement);
    const step = steps[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    bars[at].tabIndex = -1;
    const to = bars[Math.min(bars.length - 1, Math.max(0, at + step))];
    to.tabIndex = 0;
    to.focus();
  });
});

/** Opens a dialog by its button, or by Ctrl+K. */
each("data-opens", (button, id) => {
  const dialog = document.getElementById(id);
  const open = () => dialog.open || dialog.showModal();
  button.hidden = false;
  button.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
});

/** Shows the places whose names contain what was typed. Enter leads to the first, the arrows between them. */
each("data-palette", (dialog) => {
  const input = dialog.querySelector("input");
  const items = [...dialog.querySelectorAll("li")];
  const shown = () => items.filter((item) => !item.hidden).map((item) => item.firstElementChild);
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase();
    for (const item of items) {
      const isSearch = "search" in item.dataset;
      item.hidden = isSearch ? words === "" : !item.textContent.toLowerCase().includes(words);
    }
  });
  input.dispatchEvent(new Event("input"));
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [input, ...shown()];
    if (step !== undefined) {
      event.preventDefault();
      all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
    } else if (event.key === "Enter" && document.activeElement === input) {
      event.preventDefault();
      all[1].click();
    }
  });
});

/** Only on the console's first page, on the developer's own machine. */
if (document.querySelector("[data-try]")) await import("./start.js");

/** What only a script can do. */
each("data-with-script", (element) => (element.hidden = false));

/** Rows that came since: the page says what to ask for, and the answer what to ask next. */
each("data-live", (rows, start) => {
  let url = start;
  const ask = async () => {
    const answer = document.hidden
      ? null
      : await fetch(url, { redirect: "manual" }).catch(() => null);
    // To the sign-in, or to a page that is not too long.
    if (answer?.type === "opaqueredirect" || rows.children.length > 1000) return location.reload();
    if (answer?.ok) url = answer.headers.get("x-next") ?? url;
    if (answer?.status === 200) rows.insertAdjacentHTML("afterbegin", await answer.text());
    setTimeout(ask, 3000);
  };
  setTimeout(ask, 3000);
});
