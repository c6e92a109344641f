/** The fields for codes: from an app, from the list of backup codes, or from a mail. */

import { MAIL_CODE_DIGITS } from "../../core/policy";
import { MAX_CODE_LENGTH } from "../fields";
import type { Fault } from "./form-submission";
import { describedBy, Field, isFirst, Labelled } from "./form-fields";
import type { Texts } from "./texts/texts";

/**
 * One field for both kinds of code: digits with the numeric keypad, or on request a backup code
 * with letters.
 */
export function CodeField(props: {
  t: Texts;
  faults?: Fault[] | undefined;
  /** How many digits a code may have. Empty if that is not known. */
  lengths: number[];
  /** Whether a backup code is about to be typed. */
  backup?: boolean;
  /** Set if nothing stands before the field that must be looked at first. */
  autofocus?: boolean;
}) {
  const { t, faults = [], lengths, backup = false, autofocus = false } = props;
  const { backupLabel, backupHint } = t.code;
  const shared = { name: "code", faults, required: true, autofocus, maxlength: MAX_CODE_LENGTH };
  return backup ? (
    <Field
      {...shared}
      label={backupLabel}
      hint={backupHint}
      autocomplete="off"
      spellcheck={false}
      dir="ltr"
    />
  ) : (
    <Digits t={t} faults={faults} lengths={lengths} autofocus={autofocus} />
  );
}

/** One field, drawn as a box for each digit if their number is known. */
function Digits(props: { t: Texts; faults: Fault[]; lengths: number[]; autofocus: boolean }) {
  const { t, faults, lengths, autofocus } = props;
  const known = lengths.length > 0 ? lengths : [6, 8];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const hint = t.code.hint({ digits: least === most ? least : `${least}–${most}` });
  const boxes = least === most ? least : 0;
  return (
    <Boxes
      t={t}
      name="code"
      faults={faults}
      hint={hint}
      boxes={boxes}
      autofocus={autofocus}
      sends={boxes > 0}
    />
  );
}

/** The field for a code from a mail. If nothing else is to be typed, `sends` has a whole code sent by itself. */
export function MailedCodeField(props: { t: Texts; faults: Fault[]; sends: boolean }) {
  const { t, faults, sends } = props;
  return (
    <Boxes
      t={t}
      name="mailedCode"
      faults={faults}
      hint={t.email.hint({ digits: MAIL_CODE_DIGITS })}
      boxes={MAIL_CODE_DIGITS}
      autofocus
      sends={sends}
    />
  );
}

function Boxes(props: {
  t: Texts;
  name: string;
  faults: Fault[];
  hint: string;
  /** With none, it looks like any other field. */
  boxes: number;
  autofocus: boolean;
  /** Whether the script sends a whole code. */
  sends: boolean;
}) {
  const { t, name, faults, hint, boxes, autofocus, sends } = props;
  return (
    <Labelled name={name} label={t.code.label} hint={hint} faults={faults}>
      <div class={boxes === 0 ? undefined : `code ${boxes > 6 ? "longer" : ""}`}>
        {Array.from({ length: boxes }, () => (
          <i aria-hidden="true" />
        ))}
        <input
          id={name}
          name={name}
          type="text"
          inputmode="numeric"
          autocomplete="one-time-code"
          required
          maxlength={MAX_CODE_LENGTH}
          data-digits={sends ? boxes : undefined}
          {...describedBy({ name, hint, faults })}
          autofocus={isFirst(name, faults, autofocus)}
        />
      </div>
    </Labelled>
  );
}
