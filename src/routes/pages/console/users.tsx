/** The page to find users, over all apps. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import { listApps, type AppRecord } from "../../../core/app/apps";
import { findKeys, type FoundKey } from "../../../core/app/keys";
import { nameOf } from "../../../core/operator/names";
import {
  listUsers,
  USER_STATES,
  type UserFilter,
  type UserSummary,
} from "../../../core/operator/user-list";
import { ListingQuery } from "../../admin/shared";
import type { AppEnv } from "../../context";
import { line } from "../../fields";
import { search, type Fault } from "../form-submission";
import { Select } from "../form-choices";
import { Field } from "../form-fields";
import { Icon } from "../icons";
import { textsOf } from "../language";
import { Parts } from "../parts";
import { optional, PAGE_LIMIT, ListingLinks, showConsole } from "./shared";
import { HOME } from "./paths";
import { ZonedTime } from "./zoned-time";

/** How many apps one can choose from. Any other app comes in by a link on its page. */
export const APPS_OFFERED = 50;

const UsersQuery = z.object({
  appId: optional(line(64)),
  query: optional(line(255)),
  state: optional(z.enum(USER_STATES)),
  cursor: ListingQuery.shape.cursor,
});

async function usersPage(
  c: Context<AppEnv>,
  faults: Fault[] = [],
  filter: UserFilter & { cursor?: string | undefined } = {},
) {
  const { deps } = c.var;
  const [{ items, nextCursor }, apps, keys] = await Promise.all([
    listUsers(deps, { ...filter, limit: PAGE_LIMIT }),
    listApps(deps, { limit: APPS_OFFERED }),
    findKeys(deps, filter.query ?? ""),
  ]);
  const { console: t } = textsOf(c);
  return showConsole(c, {
    title: t.users,
    faults,
    action: (
      <a class="button main" href={`${HOME}/new-account`}>
        <Icon name="plus" />
        {t.account.create}
      </a>
    ),
    content: (
      <>
        <Search c={c} apps={apps.items} faults={faults} />
        <FoundKeys c={c} keys={keys} />
        {items.length === 0 && keys.length === 0 && (
          <NoneFound c={c} isLast={nextCursor === null} filter={filter} />
        )}
        {items.length > 0 && (
          <ul class="list framed">
            {items.map((user) => (
              <User c={c} user={user} app={apps.items.find(({ id }) => id === user.appId)} />
            ))}
          </ul>
        )}
        <ListingLinks c={c} nextCursor={nextCursor} />
      </>
    ),
  });
}

/** Says why the list is empty, and what to do about it. */
function NoneFound(props: { c: Context<AppEnv>; isLast: boolean; filter: UserFilter }) {
  const { c, isLast, filter } = props;
  const { console: t } = textsOf(c);
  const { appId, query, state } = filter;
  const isSearch = [appId, query, state].some((given) => given !== undefined);
  const words = isSearch ? t.user.noneMatch : t.user.noneFound;
  return (
    <>
      <p role="status">{isLast ? words : t.searchOn}</p>
      {isSearch && (
        <p>
          <a href={`${HOME}/users`}>{t.clearSearch}</a>
        </p>
      )}
    </>
  );
}

/** API keys that begin with what was searched for. */
function FoundKeys({ c, keys }: { c: Context<AppEnv>; keys: FoundKey[] }) {
  const { key: t } = textsOf(c).console;
  if (keys.length === 0) return null;
  return (
    <ul class="list framed">
      {keys.map(({ prefix, name, appId, appName }) => (
        <li>
          <div>
            <Icon name="key" />{" "}
            <a class="medium" href={`${HOME}/apps/${appId}`}>
              {name ?? t.unnamed}
            </a>
            <p class="hint">{appName}</p>
          </div>
          <code class="hint">{prefix}…</code>
        </li>
      ))}
    </ul>
  );
}

function Search(props: { c: Context<AppEnv>; apps: AppRecord[]; faults: Fault[] }) {
  const { c, apps, faults } = props;
  const { console: t } = textsOf(c);
  const { query, state = "" } = c.req.query();
  return (
    <form class="filters" role="search">
      <Field
        name="query"
        label={t.user.query}
        faults={faults}
        type="search"
        value={query}
        autocomplete="off"
        maxlength={255}
      />
      <AppChoice c={c} apps={apps} />
      <Select
        name="state"
        label={t.user.state}
        faults={faults}
        value={state}
        options={[["", t.any], ...Object.entries(t.user.states)]}
      />
      <button class="main">
        <Icon name="search" />
        {t.search}
      </button>
    </form>
  );
}

/** A choice of one of the apps. It includes the one that the page was asked for. */
export function AppChoice({ c, apps }: { c: Context<AppEnv>; apps: AppRecord[] }) {
  const { console: t } = textsOf(c);
  const { appId = "" } = c.req.query();
  const isOffered = appId === "" || apps.some(({ id }) => id === appId);
  return (
    <Select
      name="appId"
      label={t.user.app}
      value={appId}
      options={[
        ["", t.any],
        ...apps.map(({ id, name }): [string, string] => [id, name]),
        ...(isOffered ? [] : ([[appId, appId]] satisfies [string, string][])),
      ]}
    />
  );
}

function User(props: { c: Context<AppEnv>; user: UserSummary; app: AppRecord | undefined }) {
  const { c, user, app } = props;
  const { user: t } = textsOf(c).console;
  const name = nameOf({ ...user, externalId: user.userId });
  const others = [user.email, user.username].filter((text) => text !== name);
  return (
    <li>
      <div>
        <a class="medium" href={`${HOME}/users/${user.id}`}>
          {name}
        </a>{" "}
        <States c={c} user={user} />
        <p class="hint">
          <Parts of={[...others, app?.name ?? user.appId]} /> · {t.since}{" "}
          <ZonedTime c={c} at={user.createdAt} />
        </p>
      </div>
      <code class="hint">{user.id}</code>
    </li>
  );
}

/** Whether the user has a second factor, and what keeps them from getting in. */
export function States(props: {
  c: Context<AppEnv>;
  user: {
    twoFactor: boolean;
    capped: boolean;
    disabled: boolean;
    lockedUntil: Date | null;
    rebindingRequired?: boolean;
  };
}) {
  const { twoFactor, capped, disabled, lockedUntil, rebindingRequired = false } = props.user;
  const { states, on, off } = textsOf(props.c).console.user;
  const held = { capped, disabled, locked: lockedUntil !== null, reset: rebindingRequired };
  return (
    <>
      <span class={twoFactor ? "tag good" : "tag"}>{twoFactor ? on : off}</span>{" "}
      {USER_STATES.filter((state) => held[state]).map((state) => (
        <>
          <span class={`tag ${state === "locked" || state === "reset" ? "warn" : "bad"}`}>
            {states[state]}
          </span>{" "}
        </>
      ))}
    </>
  );
}

export const userListPages = new Hono<AppEnv>().get("/users", search(UsersQuery, usersPage), (c) =>
  usersPage(c, [], c.req.valid("query")),
);
