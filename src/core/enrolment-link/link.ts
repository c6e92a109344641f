/**
 * Enrolment links: a page of ours on which one user of an app sets up an authenticator. They are
 * made by an app's back end with its key, and by the operator's reset.
 *
 * Fetching the URL shows only a button, because mail scanners fetch links. Pressing the button
 * *opens* the link, once and for one browser. What that browser does then is in
 * `enrolment-link/browser.ts`.
 */

import { randomId } from "../../crypto/random";
import { createSecret, formatToken, parseLinkToken } from "../../crypto/opaque-tokens";
import { carryOut, effect, type Effect } from "../../db/effect";
import type { enrolmentLinks } from "../../db/page-schema";
import type { Named, Row } from "../../db/row";
import type { apps } from "../../db/app-schema";
import { statement } from "../../db/statement";
import type { Deps } from "../../env";
import { Problem } from "../../problem";
import { actorOf, OPERATOR, type KeyCaller } from "../caller/actor";
import { eventOf, recorded, recordWhere, type AuditEvent } from "../audit/event";
import { epochOf, hasScope, KEY_IS_GOOD, LINK_STANDS } from "../caller/live";
import { assertRoomFor } from "../authenticator/enrol";
import { assertOpen } from "../user/guard";
import { once, type IdempotentRequest, type Remember } from "../change/idempotency";
import { loadUser } from "../caller/load";
import { ENROLMENT_LINK_LIFE } from "../policy";
import { assertRegistered } from "../app/return-url";
import { speakerOf, type Speaker } from "../brand";
import { bucketOf } from "../shard/bucket";
import type { App, LoadedUser } from "../user/record";

export interface EnrolmentLink {
  id: string;
  url: string;
  expiresAt: Date;
}

export interface EnrolmentLinkInput {
  /** The name that the authenticator app shows. */
  accountName: string;
  /** One of the app's registered URLs, to which a query may be added. */
  returnUrl?: string | undefined;
}

/**
 * Stores a link with the user's epoch as the batch finds it. The link of a reset comes after the
 * statement that raises the epoch.
 */
const INSERT = effect(`
  INSERT INTO enrolment_links
    (id, hash, app_id, app_epoch, key_id, external_id, user_epoch, account_name, return_url, rebind_hash, created_at, expires_at)
  SELECT :linkId, :hash, :appId, :appEpoch, :keyId, :externalId, ${epochOf(":appId", ":externalId")}, :accountName, :returnUrl, :rebindHash, :now, :expiresAt`);
/** The key is good, the app is as it was read, and the user has not been disabled meanwhile. */
const KEY_MAY = `EXISTS (
    SELECT 1 FROM apps a JOIN api_keys k ON k.app_id = a.id
    WHERE a.id = :appId AND a.epoch = :appEpoch AND k.id = :keyId AND ${KEY_IS_GOOD} AND ${hasScope(":scope")})
  AND NOT EXISTS (SELECT 1 FROM users u
    WHERE u.app_id = :appId AND u.external_id = :externalId AND u.disabled_at IS NOT NULL)` as const;
const IS_MADE = `EXISTS (SELECT 1 FROM enrolment_links WHERE id = :linkId)`;
const recordMade = recordWhere(IS_MADE);

const PEEK = statement(`
  SELECT l.id, l.app_id AS appId, l.browser_hash IS NOT NULL AS opened, a.name AS appName, a.issuer, a.brand,
    (SELECT u.id FROM users u WHERE u.app_id = l.app_id AND u.external_id = l.external_id) AS userId
  FROM enrolment_links l JOIN apps a ON a.id = l.app_id
  WHERE l.id = :id AND l.hash = :hash AND ${LINK_STANDS}`);
/** Opens the link. Of several requests at once, only one finds it unopened. */
const OPEN = statement(`
  UPDATE enrolment_links AS l SET browser_hash = :browserHash, expires_at = :expiresAt
  WHERE l.id = :id AND l.hash = :hash AND l.browser_hash IS NULL AND ${LINK_STANDS} RETURNING id`);
const recordOpened = recordWhere(`EXISTS (
    SELECT 1 FROM enrolment_links WHERE id = :id AND browser_hash = :browserHash)`);

/**
 * Makes an enrolment link. The user need not exist yet. Throws `return_url_not_registered`,
 * `too_many_authenticators`, `already_created` for a request that was carried out before,
 * `conflict`, what `loadUser` throws, and for a user who may not enrol `locked`, `user_disabled` or
 * `rebinding_required`.
 */
export async function createEnrolmentLink(
  deps: Deps,
  caller: KeyCaller,
  { input, request }: { input: EnrolmentLinkInput; request: IdempotentRequest | null },
): Promise<EnrolmentLink> {
  const loaded = await loadUser(deps, caller);
  if (loaded.user) assertOpen(loaded.user, deps.now);
  assertRoomFor([], loaded.authenticators);
  const returnUrl =
    input.returnUrl === undefined ? null : assertRegistered(loaded.app, input.returnUrl);
  const wanted = { accountName: input.accountName, returnUrl };
  return once(
    deps,
    { scope: loaded.app.id, request },
    (remember) => create(deps, caller, { loaded, wanted, remember }),
    () => {
      throw new Problem("already_created", { detail: "A link is shown once. Make a new one." });
    },
  );
}

async function create(
  deps: Deps,
  caller: KeyCaller,
  {
    loaded: { app, user, externalId },
    wanted,
    remember,
  }: {
    loaded: LoadedUser;
    wanted: { accountName: string; returnUrl: string | null };
    remember: Remember;
  },
): Promise<EnrolmentLink> {
  const { link, values } = await prepareLink(deps, { app, externalId, ...wanted });
  const { keyId, scope, name } = actorOf(caller);
  const { id: linkId } = link;
  const event = { type: "link.created", actor: name, appId: app.id, note: linkId } as const;
  const given = { appId: app.id, appEpoch: app.epoch, externalId, keyId, scope };
  const [inserted] = await deps.db.$client.batch([
    ...carryOut(deps, { sql: KEY_MAY, given }, [INSERT({ ...values, keyId, rebindHash: null })]),
    recordMade(deps, { ...event, userId: user?.id ?? null }, { linkId }),
    ...carryOut(deps, { sql: IS_MADE, given: { linkId } }, remember(linkId)),
  ]);
  if (inserted?.meta.changes !== 1) throw new Problem("conflict", { retryAfter: 1 });
  return link;
}

/**
 * Makes the link by which a reset user enrols again, and the effects that store it together with
 * the reset.
 */
export async function linkForRebinding(
  deps: Deps,
  terms: {
    app: Pick<App, "id" | "region" | "epoch">;
    user: { id: string; externalId: string };
    accountName: string;
    rebindHash: string;
    expiresAt: number;
  },
): Promise<{ url: string; effects: Effect[] }> {
  const { app, user, accountName, rebindHash, expiresAt } = terms;
  const wanted = { externalId: user.externalId, accountName, returnUrl: null, expiresAt };
  const { link, values } = await prepareLink(deps, { app, ...wanted });
  const event = { ...eventOf("link.created", OPERATOR, { app, user }), note: link.id };
  const effects = [INSERT({ ...values, keyId: null, rebindHash }), recorded(deps, event)];
  return { url: link.url, effects };
}

/** Makes the link and the values of its row. */
async function prepareLink(
  { now, settings }: Deps,
  {
    app,
    expiresAt = now.getTime() + ENROLMENT_LINK_LIFE,
    ...terms
  }: {
    app: Pick<App, "id" | "region" | "epoch">;
    externalId: string;
    accountName: string;
    returnUrl: string | null;
    expiresAt?: number;
  },
) {
  const linkId = randomId("link", await bucketOf(app, terms.externalId));
  const { text, hash } = await createSecret();
  const url = `${settings.issuerUrl}/enrol/${formatToken.link(linkId, text)}`;
  const made = { appId: app.id, appEpoch: app.epoch, expiresAt };
  const link = { id: linkId, url, expiresAt: new Date(expiresAt) };
  return { link, values: { ...terms, ...made, linkId, hash } };
}

/** What the page of a link may show to whoever fetches it. */
export interface LinkPeek {
  id: string;
  app: Speaker;
  /** Whether a browser has opened the link. That browser may come back to it. */
  opened: boolean;
}

type PeekRow = Pick<Row<typeof enrolmentLinks>, "id" | "appId"> &
  Named<Row<typeof apps>, { appName: "name" }> &
  Pick<Row<typeof apps>, "issuer" | "brand"> & { userId: string | null; opened: number };

/** Looks at a link and changes nothing. Throws `link_ended`, whatever is wrong with the link. */
export async function peekLink(deps: Deps, token: string): Promise<LinkPeek> {
  const { row } = await readLink(deps, token);
  const { id, appId, appName, issuer, brand, opened } = row;
  return { id, app: speakerOf({ id: appId, name: appName, issuer, brand }), opened: opened === 1 };
}

async function readLink(deps: Deps, token: string) {
  const proof = await parseLinkToken(token);
  if (!proof) throw new Problem("link_ended", { cause: "not a token" });
  const values = { ...proof, now: deps.now.getTime() };
  const { results } = await PEEK(deps, values).all<PeekRow>();
  const [row] = results;
  if (!row) throw new Problem("link_ended");
  return { proof, row };
}

/**
 * Opens the link for one browser and answers the token that this browser gets. The browser then has
 * a quarter of an hour. Throws `link_ended`, also to all but one of several requests at once.
 */
export async function openLink(deps: Deps, token: string): Promise<string> {
  const { proof, row } = await readLink(deps, token);
  if (row.opened === 1) throw new Problem("link_ended", { cause: "opened before" });
  const { text, hash: browserHash } = await createSecret();
  const now = deps.now.getTime();
  const opened = { ...proof, browserHash, now, expiresAt: now + ENROLMENT_LINK_LIFE };
  const [changed] = await deps.db.$client.batch([
    OPEN(deps, opened),
    recordOpened(deps, openedEvent(row), { id: row.id, browserHash }),
  ]);
  if (changed?.results.length !== 1) throw new Problem("link_ended");
  return formatToken.browser(row.id, text);
}

function openedEvent({ id, appId, userId }: PeekRow): AuditEvent {
  return { type: "link.opened", actor: `link:${id}`, appId, userId, note: id };
}
