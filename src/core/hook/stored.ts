/** An app's hook as it is in the app's row. */

import { z } from "zod";
import { FAILURE_MODES, type StoredHook } from "../../db/app-schema";
import type { Deps } from "../../env";
import { parseObject } from "../settings";
import { unreadableHook } from "../unreadable";
import { openSecrets } from "../webhook/secret";

const Stored = z.object({
  url: z.string(),
  failureMode: z.enum(FAILURE_MODES),
  secret: z.string(),
  previousSecret: z.string().nullable(),
  previousExpiresAt: z.number().nullable(),
}) satisfies z.ZodType<StoredHook>;

/** Reads the hook. Throws UnreadableData. */
export function readHook(appId: string, json: string): StoredHook {
  const { data } = Stored.safeParse(parseObject(json));
  if (!data) throw unreadableHook(appId);
  return data;
}

/** The secrets that a question is signed with at this moment, the newest first. Throws UnreadableData. */
export async function openHookSecrets(
  deps: Pick<Deps, "keyring" | "now">,
  appId: string,
  hook: StoredHook,
): Promise<string[]> {
  return openSecrets(deps, { ...hook, id: sealedFor(appId) }).catch(() => {
    throw unreadableHook(appId);
  });
}

/** No webhook has such an id, so that the secret of one never passes for that of the other. */
export function sealedFor(appId: string): string {
  return `hook:${appId}`;
}
