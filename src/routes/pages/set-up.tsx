/**
 * Sets up an authenticator app, on whichever page: the QR code, the key for people who cannot scan,
 * and the code.
 */

import type { Context } from "hono";
import type { Enrolment } from "../../core/authenticator/enrol";
import { labelOf, parametersOf } from "../../crypto/provisioning-uri";
import { MIN_PIXELS_PER_MODULE } from "../../crypto/qr-code";
import type { AppEnv } from "../context";
import { CodeField } from "./code-field";
import { CopyButton } from "./copy-button";
import type { Fault } from "./form-submission";
import { Form } from "./form-fields";
import { Icon } from "./icons";
import { textsOf } from "./language";

/** Free apps that are maintained and were tried with these QR codes, in no order of merit. */
const APPS = [
  "2FAS Auth",
  "Aegis Authenticator (Android)",
  "Apple Passwords",
  "Bitwarden Authenticator",
  "Ente Auth",
  "FreeOTP+",
  "Google Authenticator",
  "Microsoft Authenticator",
  "1Password",
];

export function AppList({ c }: { c: Context<AppEnv> }) {
  return (
    <details>
      <summary>{textsOf(c).setUp.apps}</summary>
      <ul>
        {APPS.map((app) => (
          <li>{app}</li>
        ))}
      </ul>
    </details>
  );
}

/** The page's content, in three steps; its form sends `code` to the page itself. */
export function SetUp(props: { c: Context<AppEnv>; enrolment: Enrolment; faults: Fault[] }) {
  const { c, enrolment, faults } = props;
  const texts = textsOf(c);
  const t = texts.setUp;
  return (
    <ol class="steps">
      <li>
        <p>{t.get}</p>
        <AppList c={c} />
      </li>
      <li>
        <p>{t.scan}</p>
        <Scan c={c} enrolment={enrolment} />
      </li>
      <li>
        <p>{t.enter}</p>
        <Form>
          <input type="hidden" name="enrolment" value={enrolment.id} />
          <CodeField t={texts} faults={faults} lengths={[parametersOf(enrolment.uri).digits]} />
          <button class="main">{t.confirm}</button>
        </Form>
        <p class="hint">{t.expires}</p>
      </li>
    </ol>
  );
}

function Scan({ c, enrolment }: { c: Context<AppEnv>; enrolment: Enrolment }) {
  const { setUp: t } = textsOf(c);
  const { svg, modules } = enrolment.qr;
  const image = `data:image/svg+xml;base64,${btoa(svg)}`;
  const width = modules * MIN_PIXELS_PER_MODULE;
  return (
    <div class="beside">
      <img class="qr" src={image} alt={t.qr} width={width} height={width} />
      <div class="stack">
        <p>
          <a class="button small" href={enrolment.uri}>
            <Icon name="phone" />
            {t.openApp}
          </a>
        </p>
        <ByHand c={c} enrolment={enrolment} />
      </div>
    </div>
  );
}

function ByHand({ c, enrolment: { secret, uri } }: { c: Context<AppEnv>; enrolment: Enrolment }) {
  const { setUp: t } = textsOf(c);
  const { issuer, accountName } = labelOf(uri);
  const { digits, period } = parametersOf(uri);
  const groups = secret.match(/.{1,4}/g) ?? [];
  return (
    <details>
      <summary>{t.cannotScan}</summary>
      <dl>
        <dt>{t.key}</dt>
        <dd>
          <span class="key" id="key" data-text={secret}>
            {groups.join(" ")}
          </span>{" "}
          <CopyButton c={c} of="key" />
        </dd>
        <dt>{t.issuer}</dt>
        <dd>{issuer}</dd>
        <dt>{t.accountName}</dt>
        <dd>{accountName}</dd>
        <dt>{t.kind}</dt>
        <dd>{t.timeBased({ digits, seconds: period })}</dd>
      </dl>
    </details>
  );
}

/** Shows backup codes, which are shown once, to copy, keep or print. */
export function BackupCodes({ c, codes }: { c: Context<AppEnv>; codes: string[] }) {
  const { backupCodes: t } = textsOf(c);
  return (
    <>
      <p>{t.why}</p>
      <ol class="codes" id="codes" data-text={codes.join("\n")}>
        {codes.map((code) => (
          <li>{code}</li>
        ))}
      </ol>
      <p class="buttons">
        <CopyButton c={c} of="codes" />
        <button
          type="button"
          class="small"
          data-download="codes"
          data-file="backup-codes.txt"
          hidden
        >
          <Icon name="download" />
          {t.download}
        </button>
        <button type="button" class="small" data-print hidden>
          <Icon name="print" />
          {t.print}
        </button>
      </p>
    </>
  );
}
