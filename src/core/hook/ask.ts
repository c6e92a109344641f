/**
 * Asks an app's hook before a challenge is made. The hook is in the app's row, which has been read by then: an
 * app without one pays nothing. Nothing is written before the answer, and no transaction waits for it.
 */

import type { Method } from "../../crypto/code";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { recordWhere } from "../audit/event";
import type { Answer } from "../outgoing/post";
import { availableMethods, type UserRecord } from "../user/record";
import { postSigned } from "../webhook/send";
import { closeHook } from "./hooks";
import { ruleBy } from "./ruling";
import { openHookSecrets, readHook } from "./stored";
import type { StoredHook } from "../../db/app-schema";

/** Somebody waits for the challenge meanwhile. */
export const HOOK_MS = 2000;

export interface Question {
  purpose: string | null;
  /** Who asks for the challenge, as in the audit trail. */
  actor: string;
}

/** What the challenge may be answered with, and whether that is less than the user has. */
export interface Permit {
  methods: Method[];
  isRestricted: boolean;
}

/** The user may have been deleted while the hook was asked. */
const recordDenied = recordWhere(`EXISTS (SELECT 1 FROM users WHERE id = :userId)`);

/**
 * Asks whether this user gets a challenge. Throws `hook_denied`, and `hook_failed` if the hook does not answer
 * as documented and its failures refuse.
 */
export async function askHook(
  deps: Deps,
  subject: UserRecord,
  question: Question,
): Promise<Permit> {
  const { app } = subject;
  const methods = availableMethods(subject);
  const unrestricted = { methods, isRestricted: false };
  if (app.hook === null) return unrestricted;
  const hook = readHook(app.id, app.hook);
  const ruling = ruleBy(await putTo(deps, hook, { ...subject, ...question, methods }), methods);
  if (ruling.decision === "require") return { methods: ruling.methods, isRestricted: true };
  if (ruling.decision === "deny") {
    await deny(deps, subject, { hook, actor: question.actor, reason: ruling.reason });
    throw new Problem("hook_denied");
  }
  if (ruling.decision === "failed") {
    if (hook.failureMode !== "open") throw new Problem("hook_failed", { cause: ruling.why });
    logFailure(deps, app.id, ruling.why);
  }
  return unrestricted;
}

async function putTo(
  deps: Deps,
  hook: StoredHook,
  {
    app,
    user,
    purpose,
    methods,
  }: Pick<UserRecord, "app" | "user"> & Question & Pick<Permit, "methods">,
): Promise<Answer> {
  const { ip, userAgent } = deps.request;
  const message = {
    id: `hook_${crypto.randomUUID()}`,
    type: "challenge.creating",
    version: 1,
    timestamp: deps.now.toISOString(),
    data: {
      appId: app.id,
      user: { id: user.id, externalId: user.externalId },
      purpose,
      methods,
      endUser: { ip, userAgent },
    },
  };
  const secrets = await openHookSecrets(deps, app.id, hook);
  return postSigned(deps, { url: hook.url, secrets }, message, HOOK_MS);
}

/** A hook that denies must never be passed by making it fail: from its first denial on, it fails closed. */
async function deny(
  deps: Deps,
  { app, user }: UserRecord,
  { hook, actor, reason }: { hook: StoredHook; actor: string; reason: string | null },
): Promise<void> {
  const event = { type: "challenge.denied", outcome: "refused", actor, reason } as const;
  const about = { appId: app.id, userId: user.id };
  if (hook.failureMode === "open") await closeHook(deps, app.id, hook);
  await recordDenied(deps, { ...event, ...about }, about).run();
}

function logFailure({ request }: Deps, appId: string, cause: string): void {
  const line = { level: "warn", requestId: request.id, event: "hook_failed_open", appId, cause };
  console.log(JSON.stringify(line));
}
