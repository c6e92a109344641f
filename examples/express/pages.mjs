/** The pages, as text. Whatever is put into them is escaped. */

const STYLE = `
  body { max-width: 30rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
  body { color: #111; background: #fff }
  label, input, button { display: block; font: inherit }
  input { box-sizing: border-box; width: 100%; padding: 0.5rem; border: 1px solid #555 }
  button { min-height: 44px; margin: 1rem 0; padding: 0 1rem }
  code { overflow-wrap: anywhere }
  img { max-width: 100% }
  [role="alert"] { padding-left: 0.5rem; border-left: 4px solid #b00; color: #b00 }
  :focus-visible { outline: 3px solid #05c; outline-offset: 2px }`;

class Html {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function html(strings, ...values) {
  return new Html(String.raw({ raw: strings }, ...values.map(asText)));
}

function asText(value) {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(asText).join("");
  return String(value ?? "").replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign]);
}

function page(heading, content) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${heading} – Example</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${heading}</h1>
          ${content}
        </main>
      </body>
    </html>`.toString();
}

const alert = (error) => (error ? html`<p role="alert" id="error">${error}</p>` : "");
const marked = (error) => (error ? html`aria-invalid="true" aria-describedby="error"` : "");

export function logInPage({ error } = {}) {
  return page(
    "Log in",
    html`${alert(error)}
      <form method="post">
        <label for="email">E-mail</label>
        <input id="email" name="email" type="email" autocomplete="username" required />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
        <button>Log in</button>
      </form>`,
  );
}

/** A code of the app, or a backup code. */
function codeForms(button, error) {
  return html`${alert(error)}
    <form method="post">
      <label for="code">Code</label>
      <input
        id="code"
        name="code"
        inputmode="numeric"
        autocomplete="one-time-code"
        required
        ${marked(error)}
      />
      <button>${button}</button>
    </form>
    <h2>No phone at hand?</h2>
    <form method="post">
      <label for="backup-code">Backup code</label>
      <input
        id="backup-code"
        name="code"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        required
      />
      <button>Use the backup code</button>
    </form>`;
}

export function codePage({ error } = {}) {
  return page(
    "Enter a code",
    html`<p>Your authenticator app shows a new code every 30 seconds.</p>
      ${codeForms("Continue", error)}`,
  );
}

export function homePage({ email }) {
  return page(
    "Your account",
    html`<p>Logged in as ${email}.</p>
      <ul>
        <li><a href="/set-up">Set up an authenticator</a></li>
        <li><a href="/backup-codes">New backup codes</a></li>
      </ul>
      <form method="post" action="/log-out"><button>Log out</button></form>`,
  );
}

export function setUpPage({ codeNeeded = true, error } = {}) {
  const start = html`<form method="post"><button>Start</button></form>`;
  const prove = html`<p>Enter a code of the authenticator that you have, or a backup code.</p>
    ${codeForms("Start", error)}`;
  return page(
    "Set up an authenticator",
    html`<p>You need an authenticator app on your phone.</p>
      ${codeNeeded ? prove : start}`,
  );
}

/** With the QR code the first time, and without it after a wrong code. */
export function confirmPage({ id, qr, secret, error }) {
  const shown = html`<p>Scan it with your authenticator app.</p>
    <img src="${qr?.png}" alt="QR code" />
    <p>Or type this secret: <code>${secret}</code></p>`;
  const gone = html`<p>
    The QR code is shown only once. You can <a href="/set-up">start again</a> with another.
  </p>`;
  return page(
    "Scan the QR code",
    html`${alert(error)} ${qr ? shown : gone}
      <form method="post" action="/confirm">
        <input type="hidden" name="id" value="${id}" />
        <label for="code">First code</label>
        <input
          id="code"
          name="code"
          inputmode="numeric"
          autocomplete="one-time-code"
          required
          ${marked(error)}
        />
        <button>Confirm</button>
      </form>`,
  );
}

export function codesPage({ codes }) {
  return page(
    "Your backup codes",
    html`<p>
        Keep them where you do not keep your phone. Each is good once. They are shown only here.
      </p>
      <ol>
        ${codes.map((code) => html`<li><code>${code}</code></li> `)}
      </ol>
      <p><a href="/">I have kept them</a></p>`,
  );
}

export function backupCodesPage({ error } = {}) {
  return page(
    "New backup codes",
    html`<p>The old backup codes stop working.</p>
      ${codeForms("Make new codes", error)}`,
  );
}
