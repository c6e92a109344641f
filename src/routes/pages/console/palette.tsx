/**
 * Leads anywhere in the console from the keyboard: Ctrl+K, some letters, Enter. It needs the script,
 * and nothing is found only here.
 */

import type { Context } from "hono";
import type { AppEnv } from "../../context";
import { Icon } from "../icons";
import { textsOf } from "../language";
import { HOME } from "./paths";

export function PaletteButton({ c }: { c: Context<AppEnv> }) {
  return (
    <button
      type="button"
      class="quiet small"
      data-opens="palette"
      aria-keyshortcuts="Control+K"
      hidden
    >
      <Icon name="search" />
      <span class="label">{textsOf(c).console.palette.open}</span>
      <kbd>Ctrl K</kbd>
    </button>
  );
}

export function Palette({ c }: { c: Context<AppEnv> }) {
  const { console: t } = textsOf(c);
  const places = [
    [HOME, t.overview],
    [`${HOME}/apps`, t.apps],
    [`${HOME}/users`, t.users],
    [`${HOME}/users?state=locked`, t.activity.lockedUsers],
    [`${HOME}/audit`, t.audit],
    [`${HOME}/outbox`, t.mail.title],
    [`${HOME}/start`, t.start.title],
    [`${HOME}/new-account`, t.account.create],
    [`${HOME}/apps#create`, t.app.create],
    [`${HOME}/time-zone`, t.zone.title],
    ["/docs", t.start.toDocs],
  ] as const;
  return (
    <dialog id="palette" class="card" aria-label={t.palette.open} data-palette="">
      <form action={`${HOME}/users`} class="stack">
        <input
          name="query"
          type="search"
          aria-label={t.palette.label}
          placeholder={t.palette.label}
          autocomplete="off"
          maxlength={255}
        />
        <ul class="plain places">
          {places.map(([to, label]) => (
            <li>
              <a href={to}>{label}</a>
            </li>
          ))}
          <li data-search="">
            <button class="quiet">
              <Icon name="users" />
              {t.palette.search}
            </button>
          </li>
        </ul>
      </form>
    </dialog>
  );
}
