/** The API keys of an app: made, shown once, and revoked. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { SCOPES, type Scope } from "../../../core/caller/actor";
import { createKey, listKeys, revokeKey, type ApiKeyRecord } from "../../../core/app/keys";
import { getApp } from "../../../core/app/apps";
import { Problem } from "../../../problem";
import { KeyInput } from "../../admin/keys";
import type { AppEnv } from "../../context";
import { Time } from "../account/shared";
import { form, submit, typedIn, type Fault } from "../form-submission";
import { describedBy, Field, Form } from "../form-fields";
import { textsOf } from "../language";
import { Once, requestOf } from "../once";
import { goTo, optional, showConsole, ShownOnce } from "./shared";
import { HOME } from "./paths";
import { ask } from "./question";

/** The scopes that most back ends need. */
const USUAL: Scope[] = ["verify", "enrol"];

const NewForm = z.object({
  name: optional(KeyInput.shape.name.unwrap()),
  // One ticked box is sent as text, several as an array.
  scopes: z
    .union([z.string().transform((scope) => [scope]), z.array(z.string())])
    .pipe(KeyInput.shape.scopes.unwrap()),
  expiresAt: optional(
    z.iso
      .date()
      .transform((day) => `${day}T23:59:59Z`)
      .pipe(KeyInput.shape.expiresAt.unwrap()),
  ),
});

/** The part of the app's page that lists its keys. */
export function Keys(props: { c: Context<AppEnv>; appId: string; keys: ApiKeyRecord[] }) {
  const { c, appId, keys } = props;
  const { key: t } = textsOf(c).console;
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">{t.title}</h2>
      {keys.length === 0 && <p>{t.none}</p>}
      <ul class="list">
        {keys.map((key) => (
          <Key c={c} appId={appId} of={key} />
        ))}
      </ul>
      <p>
        <a class="button" href={`${HOME}/apps/${appId}/new-key`}>
          {t.create}
        </a>
      </p>
    </section>
  );
}

function Key({ c, appId, of }: { c: Context<AppEnv>; appId: string; of: ApiKeyRecord }) {
  const { key: t, app } = textsOf(c).console;
  const { id, prefix, scopes, addresses, createdAt, lastUsedAt, expiresAt } = of;
  const name = of.name ?? t.unnamed;
  return (
    <li>
      <div>
        <strong>{name}</strong> <code>{prefix}…</code>
        <p class="hint">
          {scopes.join(", ")}
          {addresses.length > 0 && ` · ${addresses.join(", ")}`}
          {" · "}
          {app.created} <Time c={c} at={createdAt} />
          {" · "}
          {t.lastUsed} {lastUsedAt ? <Time c={c} at={lastUsedAt} /> : t.never}
          {expiresAt && ` · ${t.expires} `}
          {expiresAt && <Time c={c} at={expiresAt} />}
        </p>
      </div>
      <a
        class="button small"
        href={`${HOME}/apps/${appId}/keys/${id}/revoke`}
        aria-label={`${t.revoke}: ${name} ${prefix}`}
      >
        {t.revoke}
      </a>
    </li>
  );
}

async function newPage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { id, name } = await getApp(c.var.deps, c.req.param("id") ?? "");
  const { key: t } = textsOf(c).console;
  const typed = await typedIn(c);
  return showConsole(c, {
    title: `${t.create}: ${name}`,
    faults,
    content: (
      <div class="narrow">
        <Form>
          <Once />
          <Field
            name="name"
            label={t.name}
            faults={faults}
            value={typed("name")}
            autocomplete="off"
            maxlength={64}
          />
          <Scopes c={c} faults={faults} />
          <Field
            name="expiresAt"
            label={t.expires}
            hint={t.expiresHint}
            faults={faults}
            type="date"
            value={typed("expiresAt")}
            min={c.var.deps.now.toISOString().slice(0, 10)}
          />
          <button class="main">{t.create}</button>
        </Form>
        <p>
          <a href={`${HOME}/apps/${id}`}>{textsOf(c).cancel}</a>
        </p>
      </div>
    ),
  });
}

/**
 * The boxes of the scopes. The first one has the field's name as its id, so that the fault at the
 * top can lead to it.
 */
async function Scopes({ c, faults }: { c: Context<AppEnv>; faults: Fault[] }) {
  const { key: t } = textsOf(c).console;
  const fault = faults.find(({ field }) => field === "scopes");
  const body = c.req.method === "POST" ? await c.req.parseBody({ all: true }) : null;
  const chosen = new Set<unknown>(body ? [body["scopes"]].flat() : USUAL);
  return (
    <fieldset {...describedBy({ name: "scopes", hint: undefined, faults })}>
      <legend>{t.scopes}</legend>
      {fault && (
        <p class="fault" id="scopes-fault">
          {fault.message}
        </p>
      )}
      {SCOPES.map((scope, at) => {
        const id = at === 0 ? "scopes" : `scopes-${scope}`;
        return (
          <div class="check">
            <input
              id={id}
              name="scopes"
              type="checkbox"
              value={scope}
              checked={chosen.has(scope)}
            />
            <label for={id}>{t.scopeWords[scope]}</label>
          </div>
        );
      })}
    </fieldset>
  );
}

function createdPage(c: Context<AppEnv>, appId: string, key: string) {
  const { key: t } = textsOf(c).console;
  return showConsole(c, {
    title: t.newTitle,
    content: (
      <>
        <ShownOnce c={c} secret={key}>
          {t.shown}
        </ShownOnce>
        <p>
          <a class="button main" href={`${HOME}/apps/${appId}`}>
            {t.back}
          </a>
        </p>
      </>
    ),
  });
}

async function revocationPage(c: Context<AppEnv>) {
  const { id: appId = "", keyId } = c.req.param();
  const found = (await listKeys(c.var.deps, appId)).find(({ id }) => id === keyId);
  if (!found) throw new Problem("not_found");
  const { key: t } = textsOf(c).console;
  return ask(c, {
    title: t.revokeTitle(`${found.name ?? t.unnamed} (${found.prefix}…)`),
    why: t.revokeWhy,
    act: t.revoke,
    danger: true,
    back: `${HOME}/apps/${appId}`,
  });
}

export const keyPages = new Hono<AppEnv>()
  .get("/apps/:id/new-key", (c) => newPage(c))
  .post("/apps/:id/new-key", form(NewForm, newPage), (c) => {
    const act = async () => {
      const request = await requestOf(c, "POST /console/apps/:id/new-key");
      const asked = { input: c.req.valid("form"), request };
      const { key } = await createKey(c.var.deps, c.req.param("id"), asked);
      return createdPage(c, c.req.param("id"), key);
    };
    return submit(c, newPage, act, "expiresAt");
  })
  .get("/apps/:id/keys/:keyId/revoke", revocationPage)
  .post("/apps/:id/keys/:keyId/revoke", async (c) => {
    const { id, keyId } = c.req.param();
    await revokeKey(c.var.deps, id, keyId);
    return goTo(c, `/apps/${id}`, "key_revoked");
  });
