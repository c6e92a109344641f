/** The log of what was sent to a webhook, and what came back. */

import type { Context } from "hono";
import type { Listing } from "../../../core/listing";
import { loadNames, type Names } from "../../../core/operator/names";
import type { Delivery } from "../../../core/webhook/deliveries";
import type { Endpoint } from "../../../core/webhook/endpoint";
import type { AppEnv } from "../../context";
import { textsOf } from "../language";
import { Small, UserLink, wordsFor } from "./events";
import { ListingLinks } from "./shared";
import { HOME } from "./paths";
import { placeOf } from "./webhooks";
import { ZonedTime } from "./zoned-time";

interface Props {
  c: Context<AppEnv>;
  appId: string;
  webhook: Endpoint;
}

/** The part of the webhook's page that lists deliveries. */
export async function Deliveries({ page, ...props }: Props & { page: Listing<Delivery> }) {
  const { c } = props;
  const { items, nextCursor } = page;
  const { webhook: t } = textsOf(c).console;
  const named = items.map(({ userId }) => ({ userId, appId: null }));
  const names = await loadNames(c.var.deps, named);
  return (
    <section aria-labelledby="deliveries">
      <div class="row">
        <h2 id="deliveries">{t.log}</h2>
        <Filter c={c} />
      </div>
      {items.length === 0 && <p>{t.noneSent}</p>}
      <ol class="events framed" aria-labelledby="deliveries">
        {items.map((delivery) => (
          <Item {...props} delivery={delivery} names={names} />
        ))}
      </ol>
      <ListingLinks c={c} nextCursor={nextCursor} />
    </section>
  );
}

function Filter({ c }: { c: Context<AppEnv> }) {
  const { webhook: t } = textsOf(c).console;
  const isWaiting = c.req.query("state") === "waiting";
  return (
    <nav class="tabs" aria-label={t.log}>
      <a href="?" aria-current={isWaiting ? undefined : "true"}>
        {t.every}
      </a>
      <a href="?state=waiting" aria-current={isWaiting ? "true" : undefined}>
        {t.onlyWaiting}
      </a>
    </nav>
  );
}

function Item(props: Props & { delivery: Delivery; names: Names }) {
  const { c, appId, webhook, delivery, names } = props;
  const { id, type, userId, at } = delivery;
  const { webhook: t } = textsOf(c).console;
  const next = nextAttempt(webhook, delivery);
  return (
    <li>
      <div>
        <a class="medium" href={`${HOME}${placeOf({ appId, id: webhook.id })}/deliveries/${id}`}>
          {wordsFor(c, type)}
        </a>{" "}
        <DeliveryTag c={c} of={delivery} />
        <Small>
          <code>{type}</code>
        </Small>
      </div>
      <div>{userId !== null && <UserLink id={userId} names={names} />}</div>
      <div>
        {t.attempts({ count: delivery.attempts })}
        <Small>{resultOf(c, delivery)}</Small>
        <Small>
          {next && (
            <>
              {t.next} <ZonedTime c={c} at={next} />
            </>
          )}
        </Small>
      </div>
      <div class="when">
        <ZonedTime c={c} at={at} />
      </div>
    </li>
  );
}

export function DeliveryTag({ c, of }: { c: Context<AppEnv>; of: Delivery }) {
  const { deliveryStates } = textsOf(c).console.webhook;
  return (
    <span class={`tag ${of.state === "delivered" ? "good" : "warn"}`}>
      {deliveryStates[of.state]}
    </span>
  );
}

/** When it is sent next. Nothing is while the webhook is paused. */
export function nextAttempt(webhook: Endpoint, { nextAttemptAt }: Delivery): Date | null {
  return webhook.state === "paused" ? null : nextAttemptAt;
}

type Result = Pick<Delivery, "status" | "fault" | "answer" | "milliseconds">;

/** How the last attempt ended, in words. Null: there was none. */
export function resultOf(c: Context<AppEnv>, { status, fault }: Result): string | null {
  const { webhook: t } = textsOf(c).console;
  if (fault !== null) return t.faults[fault];
  return status === null ? null : t.status({ status: String(status) });
}

/** What came back. The text is the receiver's own, and is never markup here. */
export function AnswerShown({ c, answer: result }: { c: Context<AppEnv>; answer: Result }) {
  const { webhook: t } = textsOf(c).console;
  const { answer, milliseconds } = result;
  const inUnit = { style: "unit", unit: "millisecond" } as const;
  const duration = new Intl.NumberFormat(c.get("language"), inUnit).format(milliseconds ?? 0);
  return (
    <section aria-labelledby="answer">
      <h2 id="answer">{t.answer}</h2>
      <p>
        {resultOf(c, result)}
        {milliseconds !== null && ` · ${duration}`}
      </p>
      {answer ? (
        <>
          <pre class="answer whole" tabindex={0}>
            {answer}
          </pre>
          <p class="hint">{t.answerHint}</p>
        </>
      ) : (
        <p class="hint">{t.noAnswer}</p>
      )}
    </section>
  );
}
