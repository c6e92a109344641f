/**
 * The design system on one page, for whoever changes the stylesheet: every token, and every part
 * that pages are made of. It is there on the developer's own machine only, and in English only.
 */

import { Hono, type Context } from "hono";
import type { AppEnv } from "../../context";
import { Problem } from "../../../problem";
import { Card, Notice } from "../card";
import { CodeField } from "../code-field";
import type { Fault } from "../form-submission";
import { Checkbox, Select } from "../form-choices";
import { Field, Form, PasswordField } from "../form-fields";
import { Icon, ICON_NAMES } from "../icons";
import { textsOf } from "../language";
import { isOwnMachine } from "./own-machine";
import { showConsole } from "./shared";

const COLOURS = [
  "page",
  "surface",
  "sunken",
  "line",
  "control",
  "text",
  "muted",
  "accent",
  "second",
  "good",
  "warn",
  "bad",
];
const SIZES = ["small", "body", "large", "title", "display"];
const FAULT: Fault = { field: "broken", message: "Enter an email address, like ada@example.com." };

function stylesPage(c: Context<AppEnv>) {
  if (!isOwnMachine(c)) throw new Problem("unknown_path");
  return showConsole(c, {
    title: "Styles",
    action: <button class="main">Primary action</button>,
    content: (
      <>
        <Tokens />
        <Buttons />
        <Fields c={c} />
        <Messages />
        <Lists />
        <Icons />
      </>
    ),
  });
}

function Tokens() {
  return (
    <Card id="tokens" icon="settings" title="Tokens" state="Custom properties of pages.css.">
      <ul class="totals plain">
        {COLOURS.map((name) => (
          <li>
            <div class={`swatch swatch-${name}`} />
            <code>--{name}</code>
          </li>
        ))}
      </ul>
      {SIZES.map((name) => (
        <p class={`type-${name}`}>--{name}: Enter a code to continue</p>
      ))}
    </Card>
  );
}

function Buttons() {
  return (
    <Card id="buttons" icon="check" title="Buttons" state="One primary button a page.">
      <p class="buttons">
        <button class="main">Primary</button>
        <button>Secondary</button>
        <button class="quiet">Quiet</button>
        <button class="danger">Dangerous</button>
        <button class="danger main">Delete for good</button>
        <button class="small">
          <Icon name="copy" />
          Small, with an icon
        </button>
      </p>
    </Card>
  );
}

function Fields({ c }: { c: Context<AppEnv> }) {
  const t = textsOf(c);
  return (
    <Card id="fields" icon="pencil" title="Fields" state="A fault is said once, below its field.">
      <Form>
        <Field name="plain" label="Label" hint="A hint, in small print." />
        <Field name="broken" label="Email address" faults={[FAULT]} value="ada" />
        <PasswordField t={t} label="Password" />
        <CodeField t={t} lengths={[6]} />
        <Select name="choice" label="Choice" value="1" options={[["1", "One of a few"]]} />
        <Checkbox name="box" label="Don't ask for a code on this device for 30 days" />
      </Form>
    </Card>
  );
}

function Messages() {
  return (
    <section class="stack">
      <Notice>Something to know.</Notice>
      <Notice kind="good">Something was done.</Notice>
      <Notice kind="warn">Something to look at.</Notice>
      <Notice kind="bad">Something is wrong.</Notice>
      <p>
        <span class="tag">2FA off</span> <span class="tag good">2FA on</span>{" "}
        <span class="tag warn">Locked</span> <span class="tag bad">Disabled</span> <kbd>Ctrl K</kbd>{" "}
        <code class="key">JBSW Y3DP EHPK 3PXP</code>
      </p>
    </section>
  );
}

function Lists() {
  return (
    <>
      <ul class="list framed">
        <li>
          <div>
            An entry<p class="hint">With a line about it</p>
          </div>
          <button class="small">Remove</button>
        </li>
        <li>Another</li>
      </ul>
      <ol class="steps">
        <li>A first step.</li>
        <li>A second one.</li>
      </ol>
    </>
  );
}

function Icons() {
  return (
    <ul class="totals plain">
      {ICON_NAMES.map((name) => (
        <li>
          <Icon name={name} large /> <code>{name}</code>
        </li>
      ))}
    </ul>
  );
}

export const stylesPages = new Hono<AppEnv>().get("/styles", stylesPage);
