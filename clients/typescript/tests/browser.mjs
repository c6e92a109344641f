/** A browser that keeps cookies and does not follow redirects. */

export function openBrowser(ask, cookies = new Map()) {
  const send = async (path, form) => {
    const body = form && new URLSearchParams(form);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "user-agent": "Browser" };
    const method = body ? "POST" : "GET";
    const response = await ask(path, { method, headers, body, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) keep(line, cookies);
    return {
      status: response.status,
      location: response.headers.get("location"),
      retryAfter: response.headers.get("retry-after"),
      text: await response.text(),
    };
  };
  return { send, cookies, copy: () => openBrowser(ask, new Map(cookies)) };
}

function keep(line, cookies) {
  const [pair, ...attributes] = line.split("; ");
  const at = pair.indexOf("=");
  const isDeleted = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
  if (isDeleted) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
}
