/** Links, and the browsers that follow them: core as the pages call it. */

import { depsOf } from "./deps";
import type { LinkCaller } from "../src/core/caller/actor";
import { openChallenge } from "../src/core/challenge/answer";
import { answerChallengeLink } from "../src/core/challenge/links";
import { openLink } from "../src/core/enrolment-link/link";
import { callerOf, confirmByLink, enrolByLink } from "../src/core/enrolment-link/browser";
import type { Deps } from "../src/env";
import { expectJson } from "./account";
import { codeOf, createApp, elapse, phoneWith, type TestApp } from "./service";
import { visitor } from "./visitor";

/** Registered for the apps that `settings` makes. */
export const RETURN_URL = "https://shop.example.net/2fa/done";
export const settings = { returnUrls: [RETURN_URL] };

/** What a page does in core, as one request; done when its deferred work is. */
export async function inCore<T>(act: (deps: Deps) => Promise<T>): Promise<T> {
  const { deps, settled } = await depsOf();
  const result = await act(deps);
  await settled();
  return result;
}

/** The stable code of the problem that this ends in. */
export async function refusal(act: (deps: Deps) => Promise<unknown>): Promise<string> {
  try {
    await inCore(act);
    return "none";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export interface Link {
  id: string;
  url: string;
  expiresAt: string;
}

/** The last part of a link's URL. */
export function tokenOf({ url }: { url: string }): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** What a browser asks for that follows it. */
export function pathOf({ url }: { url: string }): string {
  return new URL(url).pathname;
}

export function askForLink(app: TestApp, userId: string, body: object = {}): Promise<Response> {
  return app.v1("POST", "/enrolment-links", { body: { userId, accountName: userId, ...body } });
}

export function enrolmentLink(app: TestApp, userId: string, body: object = {}): Promise<Link> {
  return expectJson<Link>(askForLink(app, userId, body), 201);
}

/** The browser that opens this link. */
export async function opened(link: { url: string }): Promise<LinkCaller> {
  return callerOf(await inCore((deps) => openLink(deps, tokenOf(link))));
}

/** Walks a link to its end; the clock stands in the step after that of the confirming code. */
export async function follow(link: { url: string }) {
  const browser = await opened(link);
  const { id, secret } = await inCore((deps) => enrolByLink(deps, browser));
  const phone = phoneWith(secret);
  const { backupCodes = [] } = await inCore((deps) => confirmByLink(deps, browser, codeOf(phone)));
  elapse(phone.period);
  return { authenticatorId: id, phone, backupCodes, browser };
}

export interface ChallengeLink extends Link {
  methods: string[];
}

export function askForChallengeLink(app: TestApp, userId: string, body: object = {}) {
  return app.v1("POST", "/challenge-links", { body: { userId, returnUrl: RETURN_URL, ...body } });
}

export function challengeLink(
  app: TestApp,
  userId: string,
  body: object = {},
): Promise<ChallengeLink> {
  return expectJson<ChallengeLink>(askForChallengeLink(app, userId, body), 201);
}

/** Gives a code on the page; answers where the browser is sent. */
export function answerLink(link: { url: string }, code: string): Promise<string> {
  return inCore(async (deps) => {
    const claims = await openChallenge(deps, "link", tokenOf(link));
    return answerChallengeLink(deps, claims, code);
  });
}

/** The one-time code that the browser brings back. */
export async function redemptionCode(link: { url: string }, code: string): Promise<string> {
  return new URL(await answerLink(link, code)).searchParams.get("code") ?? "";
}

export function redeem(app: TestApp, code: string): Promise<Response> {
  return app.v1("POST", "/challenge-links/redeem", { body: { code } });
}

/** The page of a link, as far as its button. */
export async function openEnrolmentLink() {
  const app = await createApp({ settings });
  const browser = visitor();
  await browser.get(pathOf(await enrolmentLink(app, "ada")));
  await browser.submit({});
  return browser;
}
