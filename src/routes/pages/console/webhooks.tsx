/** Webhooks in lists: those of an app, and those that need the operator's attention. */

import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { Endpoint } from "../../../core/webhook/endpoint";
import type { TroubledEndpoint } from "../../../core/webhook/troubled";
import type { AppEnv } from "../../context";
import { Card, Notice } from "../card";
import { Icon } from "../icons";
import { formatTime, textsOf } from "../language";
import { HOME } from "./paths";
import { zoneOf } from "./zone";
import { ZonedTime } from "./zoned-time";

const TAGS = { active: "good", failing: "bad", paused: "warn" } as const;

/** The part of the app's page that lists its webhooks. */
export function Webhooks(props: { c: Context<AppEnv>; appId: string; webhooks: Endpoint[] }) {
  const { c, appId, webhooks } = props;
  const { webhook: t, user } = textsOf(c).console;
  return (
    <Card
      id="webhooks"
      icon="forward"
      title={t.title}
      state={webhooks.length === 0 ? t.none : undefined}
      action={
        <a class="button small" href={`${HOME}/apps/${appId}/new-webhook`}>
          <Icon name="plus" />
          {t.create}
        </a>
      }
    >
      {webhooks.length > 0 && (
        <ul class="list">
          {webhooks.map((webhook) => (
            <li>
              <div>
                <WebhookLink appId={appId} of={webhook} /> <StateTag c={c} of={webhook} />
                <p class="hint">
                  {webhook.name !== null && (
                    <>
                      <bdi>{webhook.url}</bdi>
                      {" · "}
                    </>
                  )}
                  {standingOf(c, webhook) ?? (
                    <>
                      {user.since} <ZonedTime c={c} at={webhook.createdAt} />
                    </>
                  )}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** What the console's first page says of webhooks that do not take what they are sent. */
export function Troubled({ c, webhooks }: { c: Context<AppEnv>; webhooks: TroubledEndpoint[] }) {
  if (webhooks.length === 0) return null;
  return (
    <Notice kind="warn">
      <h2>{textsOf(c).console.webhook.troubled}</h2>
      <ul>
        {webhooks.map((webhook) => (
          <li>
            <WebhookLink appId={webhook.appId} of={webhook}>
              <bdi>{webhook.appName}</bdi>
              {" · "}
            </WebhookLink>{" "}
            {standingOf(c, webhook)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function WebhookLink(props: { appId: string; of: Endpoint; children?: Child }) {
  const { appId, of, children } = props;
  return (
    <a class="medium" href={`${HOME}${placeOf({ appId, id: of.id })}`}>
      {children}
      <bdi>{nameOfWebhook(of)}</bdi>
    </a>
  );
}

/** Where a webhook's page is within the console. */
export function placeOf({ appId, id }: { appId: string; id: string }): string {
  return `/apps/${appId}/webhooks/${id}`;
}

/** Which webhook a page is about. */
export function askedFor(c: Context<AppEnv>): { appId: string; id: string } {
  const { id: appId = "", webhookId: id = "" } = c.req.param();
  return { appId, id };
}

export function nameOfWebhook({ name, url }: Endpoint): string {
  return name ?? url;
}

export function StateTag({ c, of }: { c: Context<AppEnv>; of: Endpoint }) {
  const { states } = textsOf(c).console.webhook;
  return <span class={`tag ${TAGS[of.state]}`}>{states[of.state]}</span>;
}

/** Why a webhook is not active, and since when. Null: it is. */
export function standingOf(c: Context<AppEnv>, webhook: Endpoint): string | null {
  const { why } = textsOf(c).console.webhook;
  const { state, pausedBecause, failingSince, pausedAt } = webhook;
  if (state === "active") return null;
  const since = state === "failing" ? failingSince : pausedAt;
  const reason = state === "paused" && pausedBecause === "operator" ? "operator" : state;
  return why[reason]({ time: since === null ? "" : formatTime(c, since, zoneOf(c)) });
}
