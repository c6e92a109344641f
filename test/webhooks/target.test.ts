import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { admin, createApp, enrolled, problemCode } from "../service";
import { createWebhook, deliveries, receive } from "./receiver";

describe("a URL that must not be called", () => {
  const REFUSED = [
    "http://shop.example.com/",
    "ftp://shop.example.com/",
    "https://user:secret@shop.example.com/",
    "https://shop.example.com:8443/",
    "https://shop.example.com/#here",
    "https://localhost/",
    "https://sub.localhost/",
    "https://localhost./",
    "https://printer.local/",
    "https://vault.internal/",
    "https://intranet/",
    "https://router.lan/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://10.0.0.7/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://8.8.8.8/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://１２７.0.0.1/",
    "https://ⓛocalhost/",
    "//shop.example.com",
    "shop.example.com",
    "javascript:alert(1)",
    `https://shop.example.com/${"a".repeat(2048)}`,
    `https://shop.example.com/${"é".repeat(1000)}`,
    "https://localhost../",
    "https://127.0.0.1.",
    "https://127.0.0.1../",
    "https://0/",
    "https://127。0。0。1/",
    "https://%6c%6fcalhost/",
    "https://%31%32%37.0.0.1/",
    "https://loc\u00ADalhost/",
    "https://xn--localhost-/",
    "https://metadata.google.internal./",
    "https://shop.example.com@127.0.0.1/",
    "https://127.0.0.1\\@shop.example.com/",
    "https://[::]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[0:0:0:0:0:ffff:7f00:0001]/",
    "https://shop.example.com.1/",
    "https://printer.LOCAL/",
    "https://printer。local/",
    "https://localhost\t/",
  ];

  it.each(REFUSED)("%s is refused when it is given", async (url) => {
    const { id } = await createApp();
    const path = `/apps/${id}/webhooks`;
    expect(await problemCode(await admin("POST", path, { body: { url } }))).toBe("invalid_request");
    const webhook = await createWebhook(await createApp());
    const changed = await admin("PATCH", webhook.path, { body: { url } });
    expect(await problemCode(changed)).toBe("invalid_request");
  });

  it.each(REFUSED)("%s is not called, even if it was stored", async (url) => {
    const { received } = receive();
    const app = await createApp();
    const webhook = await createWebhook(app, { types: ["authenticator.enrolled"] });
    await env.DB.prepare("UPDATE webhook_endpoints SET url = ?").bind(url).run();
    await enrolled(app, "ada");
    expect(await deliveries(webhook)).toMatchObject([{ state: "waiting", fault: "not_allowed" }]);
    expect(received).toEqual([]);
  });
});
