/** The API keys of an app: listed, and revoked. */

import { Hono, type Context } from "hono";
import { listKeys, revokeKey, type ApiKeyRecord } from "../../../core/app/keys";
import { Problem } from "../../../problem";
import type { AppEnv } from "../../context";
import { Card } from "../card";
import { Icon } from "../icons";
import { textsOf } from "../language";
import { goTo } from "./shared";
import { HOME } from "./paths";
import { ask } from "./question";
import { ZonedTime } from "./zoned-time";

/** The part of the app's page that lists its keys. */
export function Keys(props: { c: Context<AppEnv>; appId: string; keys: ApiKeyRecord[] }) {
  const { c, appId, keys } = props;
  const { key: t } = textsOf(c).console;
  return (
    <Card
      id="keys"
      icon="key"
      title={t.title}
      state={keys.length === 0 ? t.none : undefined}
      action={
        <a class="button small" href={`${HOME}/apps/${appId}/new-key`}>
          <Icon name="plus" />
          {t.create}
        </a>
      }
    >
      {keys.length > 0 && (
        <ul class="list">
          {keys.map((key) => (
            <Key c={c} appId={appId} of={key} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Key({ c, appId, of }: { c: Context<AppEnv>; appId: string; of: ApiKeyRecord }) {
  const { key: t, app } = textsOf(c).console;
  const { id, kind, prefix, scopes, addresses, createdAt, lastUsedAt, expiresAt } = of;
  const name = of.name ?? t.unnamed;
  return (
    <li>
      <div>
        <span class="medium">{name}</span> <code>{prefix}…</code>
        <p class="hint">
          {kind === "signing" && `${t.signed} · `}
          {scopes.join(", ")}
          {addresses.length > 0 && ` · ${addresses.join(", ")}`}
          {" · "}
          {app.created} <ZonedTime c={c} at={createdAt} />
          {" · "}
          {t.lastUsed} {lastUsedAt ? <ZonedTime c={c} at={lastUsedAt} /> : t.never}
          {expiresAt && ` · ${t.expires} `}
          {expiresAt && <ZonedTime c={c} at={expiresAt} />}
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
    title: t.revokeTitle({ name: found.name ?? t.unnamed }),
    why: t.revokeWhy,
    act: t.revoke,
    danger: true,
    back: `${HOME}/apps/${appId}`,
    fields: (
      <p>
        <code>{found.prefix}…</code>
      </p>
    ),
  });
}

export const keyPages = new Hono<AppEnv>()
  .get("/apps/:id/keys/:keyId/revoke", revocationPage)
  .post("/apps/:id/keys/:keyId/revoke", async (c) => {
    const { id, keyId } = c.req.param();
    await revokeKey(c.var.deps, id, keyId);
    return goTo(c, `/apps/${id}`, "key_revoked");
  });
