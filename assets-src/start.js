/** Runs the commands of the console's first page, and plays the phone. Loaded by pages.js where they are. */

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_SECONDS = 30;

const page = document.querySelector("[data-try]");
const key = page.dataset.try;
/** What the answers have given so far. */
const known = {};

for (const button of page.querySelectorAll("[data-run]")) {
  button.hidden = false;
  button.addEventListener("click", () => run(button.dataset.run));
}

async function run(name) {
  await fillIn(name);
  const command = document.getElementById(name).textContent;
  const [, url] = /curl -s (\S+)/.exec(command);
  const [, body] = /-d '(.*)'$/.exec(command);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  const answer = await response.json();
  if (name === "enrol" && response.ok) await setUpPhone(answer);
  show(name, response, answer);
}

/** Puts what is known in place of the words that stand for it. */
async function fillIn(name) {
  const place = document.getElementById(name);
  place.dataset.pattern ??= place.textContent;
  place.textContent = place.dataset.pattern
    .replace("AUTHENTICATOR", known.authenticator ?? "AUTHENTICATOR")
    .replace("CODE", known.secret ? await codeNow() : "CODE");
}

function show(name, { status }, answer) {
  const place = document.querySelector(`[data-answer="${name}"]`);
  place.hidden = false;
  const { qr: _qr, ...rest } = answer;
  place.textContent = `${status}\n${JSON.stringify(rest, null, 2)}`;
}

async function tick() {
  const code = await codeNow();
  document.querySelector("[data-phone-code]").textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
  for (const name of ["confirm", "verify"]) await fillIn(name);
}

async function setUpPhone({ id, secret }) {
  Object.assign(known, { authenticator: id, secret });
  document.querySelector("[data-phone]").hidden = false;
  await tick();
  setInterval(tick, 1000);
}

/** TOTP with SHA-1 and 6 digits (RFC 6238, RFC 4226 §5.3), as the authenticator apps have it. */
async function codeNow() {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(Date.now() / 1000 / STEP_SECONDS)));
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const hmac = await crypto.subtle.importKey("raw", decode(known.secret), algorithm, false, [
    "sign",
  ]);
  const mac = new DataView(await crypto.subtle.sign("HMAC", hmac, counter));
  const offset = mac.getUint8(19) & 15;
  return String((mac.getUint32(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

function decode(text) {
  const bits = [...text]
    .map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Uint8Array.from(bits.match(/.{8}/g), (octet) => Number.parseInt(octet, 2));
}
