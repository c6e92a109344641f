/** The API keys of an app: listed, and revoked. */

import { Hono, type Context } from "hono";
import { listKeys, revokeKey, type ApiKeyRecord } from "../../../core/app/keys";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { Time } from "../account/shared";
import { textsOf } from "../language";
import { goTo } from "./shared";
import { HOME } from "./paths";
import { ask } from "./question";

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
  const { id, kind, prefix, scopes, addresses, createdAt, lastUsedAt, expiresAt } = of;
  const name = of.name ?? t.unnamed;
  return (
    <li>
      <div>
        <strong>{name}</strong> <code>{prefix}…</code>
        <p class="hint">
          {kind === "signing" && `${t.signed} · `}
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

async function revocationPage(c: Context<AppEnv>) {
  const { id: appId = "", keyId } = c.req.param();
  const found = (await listKeys(c.var.deps, appId)).find(({ id }) => id === keyId);
  if (!found) throw new Problem("not_found");
  const { key: t } = textsOf(c).console;
  return ask(c, {
    title: t.revokeTitle({ name: `${found.name ?? t.unnamed} (${found.prefix}…)` }),
    why: t.revokeWhy,
    act: t.revoke,
    danger: true,
    back: `${HOME}/apps/${appId}`,
  });
}

export const keyPages = new Hono<AppEnv>()
  .get("/apps/:id/keys/:keyId/revoke", revocationPage)
  .post("/apps/:id/keys/:keyId/revoke", async (c) => {
    const { id, keyId } = c.req.param();
    await revokeKey(c.var.deps, id, keyId);
    return goTo(c, `/apps/${id}`, "key_revoked");
  });
