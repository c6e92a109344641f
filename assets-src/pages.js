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
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = label), 2000);
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

/** Until a lock ends. */
each("data-countdown", (element, seconds) => {
  const end = Date.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    element.textContent = element.dataset.text.replace("{}", left);
    if (left > 0) return;
    clearInterval(timer);
    // What else is wrong stays.
    (element.closest("li + li") ?? element.closest(".notice")).hidden = true;
  }, 1000);
});

/** Times in the reader's own zone. */
each("datetime", (element, instant) => {
  const options = {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  };
  element.textContent = new Intl.DateTimeFormat(document.documentElement.lang, options).format(
    new Date(instant),
  );
});

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
