/* The test page of basic-with-otp: logs in with Basic and an optional code, and sets up the second factor. The token lives as long as the page. */
const find = (id) => document.getElementById(id);
let token = null;

const say = (text) => {
  find("message").textContent = text;
};

function show(isLoggedIn) {
  find("login").hidden = isLoggedIn;
  find("two-factor").hidden = !isLoggedIn;
  find("qr").hidden = true;
}

/** RFC 7617, in UTF-8. */
function basic(name, password) {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function call(method, path, init = {}) {
  return fetch(path, {
    method,
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });
}

async function logIn(event) {
  event.preventDefault();
  const otp = find("otp").value;
  const query = otp ? `?otp=${encodeURIComponent(otp)}` : "";
  const headers = { authorization: basic(find("username").value, find("password").value) };
  const response = await fetch(`/auth/credentials${query}`, { method: "POST", headers });
  const { token: given = null, status } = response.ok ? await response.json() : {};
  token = given;
  find("password").value = "";
  find("otp").value = "";
  if (token === null) {
    const causes = {
      2: "A code is needed, or this one is wrong.",
      3: "Wrong user name or password.",
    };
    say(causes[status] ?? "Try again later.");
    return;
  }
  const whoami = await call("GET", "/whoami");
  const name = whoami.ok ? await whoami.json() : find("username").value;
  say(`Logged in as ${name}.`);
  show(true);
}

async function enable() {
  const body = JSON.stringify({ enabled: true });
  const headers = { "content-type": "application/json" };
  const response = await call("PUT", "/auth/otp/enable", { body, headers });
  say(response.ok ? "Now scan a QR code, and log in with its first code." : "Log in again first.");
}

async function generate() {
  const response = await call("GET", "/auth/otp/generate");
  if (!response.ok) {
    const { detail } = await response.json();
    say(detail);
    return;
  }
  const image = find("qr");
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(await response.blob());
  image.hidden = false;
}

function logOut() {
  token = null;
  find("qr").removeAttribute("src");
  say("Logged out.");
  show(false);
}

find("login").addEventListener("submit", logIn);
find("enable").addEventListener("click", enable);
find("generate").addEventListener("click", generate);
find("logout").addEventListener("click", logOut);
show(false);
