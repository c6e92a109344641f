/** The test page of basic-with-otp. It is our own, with the cards and buttons of the published one. */

import { Hono } from "hono";
import { html } from "hono/html";
import type { AppEnv } from "../context";
import { limitByAddress } from "../limits";
import { noIcon, htmlDocument } from "../html-document";
import { whereOn } from "./switch";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // The QR code is fetched with the token, and shown from memory.
  "img-src blob: data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const CONTENT = html`<main>
    <h1>Two-factor test page</h1>
    <p id="message" role="status"></p>
    <form id="login">
      <h2>Login</h2>
      <input
        id="username"
        placeholder="Username"
        aria-label="Username"
        autocomplete="username"
        required
      />
      <input
        id="password"
        type="password"
        placeholder="Password"
        aria-label="Password"
        autocomplete="current-password"
        required
      />
      <input
        id="otp"
        placeholder="OTP (if enabled)"
        aria-label="OTP (if enabled)"
        autocomplete="one-time-code"
        inputmode="numeric"
      />
      <button>Login</button>
    </form>
    <section id="two-factor" hidden>
      <h2>Two-Factor Authentication</h2>
      <button id="enable" type="button">Enable 2FA</button>
      <button id="generate" type="button">Generate QR Code</button>
      <img id="qr" alt="QR code" hidden />
      <button id="logout" type="button">Logout</button>
    </section>
  </main>
  <script src="/assets/otp-page.js"></script>`;

export const otpPage = new Hono<AppEnv>().get(
  "/static/index.html",
  whereOn("basic-with-otp"),
  limitByAddress,
  (c) => {
    c.header("content-security-policy", POLICY);
    const head = html`${noIcon}<link rel="stylesheet" href="/assets/otp-page.css" />`;
    return c.html(htmlDocument("Two-factor test page", head, CONTENT));
  },
);
