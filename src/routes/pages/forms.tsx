/** The parts of forms: labelled fields, and what is wrong with them, said where it is and at the top. */

import type { Child } from "hono/jsx";
import type { Fault } from "./faults";
import type { Texts } from "./texts/en";

/** Takes the focus, so that it is read first; each line leads to its field. */
export function FaultSummary({ t, faults }: { t: Texts; faults: Fault[] }) {
  return (
    <div class="notice bad" role="alert" tabindex={-1} autofocus>
      <h2>{t.faults}</h2>
      <ul>
        {faults.map((fault) => (
          <li>
            {fault.field === undefined ? (
              <FaultText t={t} fault={fault} />
            ) : (
              <a href={`#${fault.field}`}>{fault.message}</a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The script counts the seconds down. */
function FaultText({ t, fault: { message, waitSeconds } }: { t: Texts; fault: Fault }) {
  if (waitSeconds === undefined) return <>{message}</>;
  return (
    <span role="timer" data-countdown={waitSeconds} data-text={t.lockedFor("{}")}>
      {message}
    </span>
  );
}

export interface FieldProps {
  /** Of the input, and its id. */
  name: string;
  label: string;
  hint?: string | undefined;
  faults?: Fault[] | undefined;
  type?: "text" | "email" | "password" | "search" | "url";
  value?: string | undefined;
  autocomplete?: string;
  inputmode?: "numeric" | "text" | "email";
  required?: boolean;
  minlength?: number;
  maxlength?: number;
  autofocus?: boolean;
  /** Sends the form when a whole code is there. */
  "data-autosubmit"?: boolean;
}

export function Field({ name, label, hint, faults = [], type = "text", ...input }: FieldProps) {
  const fault = faults.find(({ field }) => field === name);
  const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${name}-fault`}>
          {fault.message}
        </p>
      )}
      <input
        id={name}
        name={name}
        type={type}
        aria-describedby={described || undefined}
        aria-invalid={fault ? "true" : undefined}
        {...input}
        autofocus={input.autofocus && faults.length === 0}
      />
    </div>
  );
}

/** For the password that somebody has. */
export function PasswordField(
  props: Pick<FieldProps, "label" | "faults" | "autofocus"> & { name?: string },
) {
  return (
    <Field
      name="password"
      {...props}
      type="password"
      autocomplete="current-password"
      maxlength={1024}
      required
    />
  );
}

/** For one that somebody chooses, of at least `length` characters. */
export function NewPasswordField(
  props: Pick<FieldProps, "label" | "faults"> & { t: Texts; length: number },
) {
  const { t, length, ...field } = props;
  return (
    <Field
      {...field}
      name="newPassword"
      type="password"
      hint={t.register.passwordHint(length)}
      autocomplete="new-password"
      minlength={length}
      required
    />
  );
}

/** One field for both: digits with the numeric keypad, and on request a backup code with letters. */
export function CodeField({
  t,
  faults,
  backup = false,
  autofocus = false,
}: {
  t: Texts;
  faults?: Fault[] | undefined;
  /** Whether a backup code is about to be typed. */
  backup?: boolean;
  /** Where nothing stands before it that has to be looked at first. */
  autofocus?: boolean;
}) {
  const { label, hint, backupLabel, backupHint } = t.code;
  const shared = { name: "code", faults, required: true, autofocus, maxlength: 64 };
  return backup ? (
    <Field {...shared} label={backupLabel} hint={backupHint} autocomplete="off" />
  ) : (
    <Field
      {...shared}
      label={label}
      hint={hint}
      inputmode="numeric"
      autocomplete="one-time-code"
      data-autosubmit
    />
  );
}

export function Checkbox({
  name,
  label,
  required = false,
}: {
  name: string;
  label: string;
  required?: boolean;
}) {
  return (
    <div class="field check">
      <input id={name} name={name} type="checkbox" value="yes" required={required} />
      <label for={name}>{label}</label>
    </div>
  );
}

/** A form that sends to its own page, or to `action`. */
export function Form({ action, children }: { action?: string; children: Child }) {
  return (
    <form method="post" action={action}>
      {children}
    </form>
  );
}
