/** An app's back end that is asked before its challenges are made. */

import { expectJson } from "../account";
import { admin, createApp } from "../service";
import { receive, type Received, type Receiver } from "./receiver";

export const URL_OF_HOOK = "https://shop.example.com/hook";

export interface Question {
  id: string;
  type: string;
  version: number;
  timestamp: string;
  data: {
    appId: string;
    user: { id: string; externalId: string };
    purpose: string | null;
    methods: string[];
    endUser: { ip: string | null; userAgent: string | null };
  };
}

/** Gives the app a hook. */
export function putHook(appId: string, input: object = {}): Promise<{ secret: string }> {
  const body = { url: URL_OF_HOOK, ...input };
  return expectJson(admin("PUT", `/apps/${appId}/hook`, { body }), 201);
}

/** The id of an app with a hook. */
export async function appWithHook(): Promise<string> {
  const { id } = await createApp();
  await putHook(id);
  return id;
}

/** Answers every question with this JSON. */
export function says(answer: unknown, status = 200): () => Response {
  return () => Response.json(answer, { status });
}

export const allows = says({ decision: "allow" });
export const denies = says({ decision: "deny", reason: "on the list" });
export const requires = (...methods: string[]) => says({ decision: "require", methods });

/** The hook of an app, and what it is asked. */
export async function hooked(
  { id }: { id: string },
  answer: Receiver["answer"],
  input: object = {},
): Promise<Receiver & { secret: string }> {
  const { secret } = await putHook(id, input);
  return Object.assign(receive(answer), { secret });
}

export function questionOf(received: Received | undefined): Question {
  return JSON.parse(received?.body ?? "null");
}
