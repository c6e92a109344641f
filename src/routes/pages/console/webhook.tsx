/** The page of one webhook: its state, what was sent to it, and its settings. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { getApp } from "../../../core/app/apps";
import { listDeliveries } from "../../../core/webhook/deliveries";
import { getEndpoint, type Endpoint } from "../../../core/webhook/endpoint";
import { updateEndpoint } from "../../../core/webhook/endpoints";
import { EVENT_TYPES } from "../../../core/webhook/message";
import { ListingQuery } from "../../admin/shared";
import type { AppEnv } from "../../context";
import { Card, Notice } from "../card";
import { Form } from "../form-fields";
import { form, search, submit, type Fault } from "../form-submission";
import { textsOf } from "../language";
import { changesIn, Shown } from "../shown";
import { Copyable } from "./copyable";
import { Deliveries } from "./deliveries";
import { Facts } from "./facts";
import { goTo, PAGE_LIMIT, showConsole } from "./shared";
import { HOME } from "./paths";
import { SinceField } from "./webhook-actions";
import { WebhookFields, WebhookForm } from "./webhook-fields";
import { askedFor, nameOfWebhook, placeOf, standingOf, StateTag } from "./webhooks";
import { ZonedTime } from "./zoned-time";

const LogQuery = z.object({
  state: z.enum(["waiting"]).optional().catch(undefined),
  cursor: ListingQuery.shape.cursor,
});

interface Props {
  c: Context<AppEnv>;
  appId: string;
  webhook: Endpoint;
}

async function webhookPage(
  c: Context<AppEnv>,
  faults: Fault[] = [],
  asked: z.infer<typeof LogQuery> = {},
) {
  const { deps } = c.var;
  const path = askedFor(c);
  const [app, webhook, deliveries] = await Promise.all([
    getApp(deps, path.appId),
    getEndpoint(deps, path),
    listDeliveries(deps, path, { ...asked, limit: PAGE_LIMIT }),
  ]);
  const shared = { c, appId: app.id, webhook };
  return showConsole(c, {
    title: nameOfWebhook(webhook),
    faults,
    content: (
      <>
        <Standing {...shared} appName={app.name} />
        <Actions {...shared} />
        <Deliveries {...shared} page={deliveries} />
        <SendAgain {...shared} />
        <Settings {...shared} faults={faults} />
      </>
    ),
  });
}

function Standing({ c, appId, webhook, appName }: Props & { appName: string }) {
  const { webhook: t, user } = textsOf(c).console;
  const { previousSecretExpiresAt: overlapsUntil } = webhook;
  const why = standingOf(c, webhook);
  return (
    <>
      <p>
        <StateTag c={c} of={webhook} />
      </p>
      {why !== null && webhook.state !== "active" && (
        <Notice kind="warn">
          <p>{why}</p>
          <p>{t.advice[webhook.state]}</p>
        </Notice>
      )}
      <Facts
        of={[
          [user.app, <a href={`${HOME}/apps/${appId}`}>{appName}</a>],
          [t.url, <Copyable c={c} id="webhook-url" text={webhook.url} />],
          [user.since, <ZonedTime c={c} at={webhook.createdAt} />],
          [t.overlap, overlapsUntil && <ZonedTime c={c} at={overlapsUntil} />],
        ]}
      />
    </>
  );
}

/** Pausing and its opposite take nothing away, so they ask nothing. */
function Actions({ c, appId, webhook }: Props) {
  const { webhook: t, user } = textsOf(c).console;
  const place = `${HOME}${placeOf({ appId, id: webhook.id })}`;
  const turn = webhook.state === "paused" ? "resume" : "pause";
  return (
    <Card id="actions" icon="settings" title={user.actions}>
      <div class="buttons">
        <a class="button" href={`${place}/test`}>
          {t.test.act}
        </a>
        <form class="inline" method="post" action={`${place}/${turn}`}>
          <button>{t[turn]}</button>
        </form>
        <a class="button" href={`${place}/secret`}>
          {t.replace.act}
        </a>
        <a class="button danger" href={`${place}/delete`}>
          {t.delete.act}
        </a>
      </div>
    </Card>
  );
}

/** Its form leads to a page of its own if something is wrong with it. */
function SendAgain({ c, appId, webhook }: Props) {
  const { webhook: t } = textsOf(c).console;
  return (
    <Card id="again" icon="forward" title={t.since.title} state={t.since.why}>
      <Form action={`${HOME}${placeOf({ appId, id: webhook.id })}/redelivery`}>
        <SinceField c={c} />
        <button>{t.since.act}</button>
      </Form>
    </Card>
  );
}

function Settings({ c, webhook, faults }: Props & { faults: Fault[] }) {
  const { app: t } = textsOf(c).console;
  const { url, name } = webhook;
  // In the order in which a form sends them.
  const types = webhook.types && EVENT_TYPES.filter((type) => webhook.types?.includes(type));
  const values = { url, name, types };
  return (
    <Card id="settings" icon="settings" title={t.settings}>
      <Form>
        <Shown c={c} values={values} />
        <WebhookFields c={c} faults={faults} values={values} />
        <button class="main">{t.save}</button>
      </Form>
    </Card>
  );
}

export const webhookPages = new Hono<AppEnv>()
  .get("/apps/:id/webhooks/:webhookId", search(LogQuery, webhookPage), (c) =>
    webhookPage(c, [], c.req.valid("query")),
  )
  .post("/apps/:id/webhooks/:webhookId", form(WebhookForm, webhookPage), (c) => {
    const act = async () => {
      const path = askedFor(c);
      const { url, name, types } = await changesIn(c.req.valid("form"));
      await updateEndpoint(c.var.deps, path, { url, name, types });
      return goTo(c, placeOf(path), "webhook_saved");
    };
    return submit(c, webhookPage, act, "url");
  });
