/** The page of one delivery: the message, what came back, and the button that sends it again. */

import { Hono, type Context } from "hono";
import { loadNames } from "../../../core/operator/names";
import { getDelivery, redeliver, type Delivery } from "../../../core/webhook/deliveries";
import { getEndpoint, type Endpoint } from "../../../core/webhook/endpoint";
import type { AppEnv } from "../../context";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { AnswerShown, DeliveryTag, nextAttempt } from "./deliveries";
import { UserLink, wordsFor } from "./events";
import { Facts } from "./facts";
import { goTo, showConsole } from "./shared";
import { HOME } from "./paths";
import { askedFor, nameOfWebhook, placeOf } from "./webhooks";
import { ZonedTime } from "./zoned-time";

type Shown = Awaited<ReturnType<typeof getDelivery>>;

async function deliveryPage(c: Context<AppEnv>) {
  const { deps } = c.var;
  const path = askedFor(c);
  const [webhook, delivery] = await Promise.all([
    getEndpoint(deps, path),
    getDelivery(deps, path, c.req.param("deliveryId") ?? ""),
  ]);
  const { message } = delivery;
  const { webhook: t } = textsOf(c).console;
  return showConsole(c, {
    title: wordsFor(c, delivery.type),
    content: (
      <>
        <p>
          <DeliveryTag c={c} of={delivery} />
        </p>
        <Standing c={c} webhook={webhook} delivery={delivery} />
        {message !== null && (
          <Form>
            <button class="main">{t.again}</button>
          </Form>
        )}
        <MessageShown c={c} message={message} />
        {delivery.attempts > 0 && <AnswerShown c={c} answer={delivery} />}
      </>
    ),
  });
}

async function Standing(props: { c: Context<AppEnv>; webhook: Endpoint; delivery: Delivery }) {
  const { c, webhook, delivery } = props;
  const { userId, at, attempts, lastAttemptAt } = delivery;
  const { webhook: t, event, activity } = textsOf(c).console;
  const names = await loadNames(c.var.deps, [{ userId, appId: null }]);
  const next = nextAttempt(webhook, delivery);
  const link = (
    <a href={`${HOME}${placeOf(askedFor(c))}`}>
      <bdi>{nameOfWebhook(webhook)}</bdi>
    </a>
  );
  return (
    <Facts
      of={[
        [t.one, link],
        [activity.time, <ZonedTime c={c} at={at} />],
        [event.actors.session, userId !== null && <UserLink id={userId} names={names} />],
        [t.tried, new Intl.NumberFormat(c.get("language")).format(attempts)],
        [t.last, lastAttemptAt && <ZonedTime c={c} at={lastAttemptAt} />],
        [t.next, next && <ZonedTime c={c} at={next} />],
      ]}
    />
  );
}

/** What is sent: its header that tells messages apart, and its body. */
function MessageShown({ c, message }: { c: Context<AppEnv>; message: Shown["message"] }) {
  const { webhook: t } = textsOf(c).console;
  return (
    <section aria-labelledby="message">
      <h2 id="message">{t.message}</h2>
      {message === null ? (
        <p>{t.gone}</p>
      ) : (
        <>
          <p>
            <code>webhook-id: {message.id}</code>
          </p>
          <pre class="answer" tabindex={0}>
            {JSON.stringify(message, null, 2)}
          </pre>
        </>
      )}
    </section>
  );
}

const ONE = "/apps/:id/webhooks/:webhookId/deliveries/:deliveryId";

export const deliveryPages = new Hono<AppEnv>()
  .get(ONE, (c) => deliveryPage(c))
  .post(ONE, async (c) => {
    const path = askedFor(c);
    const { deliveryId } = c.req.param();
    await redeliver(c.var.deps, path, deliveryId);
    return goTo(c, `${placeOf(path)}/deliveries/${deliveryId}`, "webhook_sent_again");
  });
